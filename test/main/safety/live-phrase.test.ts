import { describe, expect, it } from 'vitest'
import { checkLivePhrase, LIVE_PHRASE } from '../../../src/main/safety/live-phrase.ts'

describe('the phrase of live mode', () => {
  it('is taken as it is, blanks around it left aside', () => {
    expect(checkLivePhrase(LIVE_PHRASE).ok).toBe(true)
    expect(checkLivePhrase(`  ${LIVE_PHRASE}\n`).ok).toBe(true)
  })

  it.each(['', ' ', 'yes', LIVE_PHRASE.toLowerCase(), `${LIVE_PHRASE}.`, LIVE_PHRASE.slice(1), 'true'])(
    'is not %j',
    (typed) => {
      expect(checkLivePhrase(typed)).toMatchObject({ ok: false, error: { code: 'live/not-confirmed' } })
    },
  )

  it('says where to give it when it is missing', () => {
    const missing = checkLivePhrase(null)
    expect(missing.ok ? '' : missing.error.message).toContain(`--confirm-live "${LIVE_PHRASE}"`)
  })
})
