import { fail, ok, type Result } from '../../shared/result.ts'

/** What a person types, or gives as `--confirm-live`, at every start in live mode. */
export const LIVE_PHRASE = 'I understand that this is real money'

const NOT_CONFIRMED = 'live/not-confirmed'

/**
 * Whether live mode may start. Exactly the phrase, but for blanks around it: whoever types it has read it.
 *
 * Error `live/not-confirmed`.
 */
export function checkLivePhrase(typed: string | null): Result<null> {
  if (typed?.trim() === LIVE_PHRASE) return ok(null)
  return typed === null
    ? fail(
        NOT_CONFIRMED,
        `Live mode trades with real money and waits for your word: type the phrase in the window, or start with --confirm-live "${LIVE_PHRASE}".`,
      )
    : fail(NOT_CONFIRMED, `That is not the phrase. It is, letter for letter: ${LIVE_PHRASE}`)
}
