import type { MessageId } from '../../shared/ids.ts'

/** What somebody said, and the message it was said in. */
export type Voiced<T> = { readonly output: T; readonly messageId: MessageId }
