/** An expected outcome: a value or an error with a code `area/what-happened`. Bugs throw instead. */
export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** What went wrong in words a person can act on; programs look at `code` only. */
export type Failure = { readonly code: string; readonly message: string }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })
export const fail = (code: string, message: string): { readonly ok: false; readonly error: Failure } =>
  err({ code, message })

/** Ends a `switch` over a union: adding a member without a branch does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`)
}
