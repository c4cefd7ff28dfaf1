import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFearGreed } from '../../../../src/main/adapters/news/fear-greed.ts'
import { epochMs, MINUTE } from '../../../../src/shared/time.ts'
import {
  body,
  fearGreed,
  hangs,
  html,
  type NewsReply,
  type NewsServer,
  startNewsServer,
  status,
} from '../../../servers/news/server.ts'

const MIDNIGHT = Date.UTC(2024, 2, 5)
const STAMP = MIDNIGHT / 1_000
const NEVER = new AbortController().signal

let server: NewsServer
beforeAll(async () => {
  server = await startNewsServer()
})
afterAll(() => server.close())

async function ask(reply: NewsReply) {
  server.script('/fng/?limit=2', reply)
  const index = createFearGreed({ name: 'fear_greed', url: `${server.url}/fng/?limit=2`, timeLimitMs: 300 })
  const answer = await index.refresh?.(epochMs(MIDNIGHT), NEVER)
  return { index, answer }
}

describe('the Fear & Greed index', () => {
  it('is a value about the whole market, known from ten minutes past the midnight that it is stamped with', async () => {
    const { index, answer } = await ask(
      body(fearGreed([STAMP, 82, 'Extreme Greed'], [STAMP - 86_400, 40, 'Fear']), 'application/json'),
    )
    expect(answer).toEqual({ ok: true, value: null })
    const published = MIDNIGHT + 10 * MINUTE
    expect(index.known(epochMs(MIDNIGHT), epochMs(published - 1))).toEqual([])
    expect(index.known(epochMs(MIDNIGHT), epochMs(published))).toEqual([
      { source: 'fear_greed', text: 'Fear & Greed 82 of 100 (Extreme Greed)', at: published, value: 82, assets: [] },
    ])
    expect(index.known(epochMs(0), epochMs(published)).map(({ value }) => value)).toEqual([40, 82])
  })

  it('does not repeat markup from its publisher', async () => {
    const { index } = await ask(
      body(
        fearGreed([STAMP, 1, '<img src=x onerror=alert(1)>Extreme\u202e Fear that goes on and on']),
        'application/json',
      ),
    )
    expect(index.known(epochMs(0), epochMs(2 * MIDNIGHT))[0]?.text).toBe(
      'Fear & Greed 1 of 100 (Extreme Fear that goes on and)',
    )
  })

  const one = (fields: object): NewsReply => body(JSON.stringify({ data: [fields] }), 'application/json')
  it.each<[string, NewsReply, string]>([
    ['a page of HTML', html(), 'news/bad-answer'],
    ['cut JSON', body('{"data": [{"value": "4', 'application/json'), 'news/bad-answer'],
    ['null', body('null', 'application/json'), 'news/bad-answer'],
    [
      'an error beside no data',
      body('{"data": null, "metadata": {"error": "no"}}', 'application/json'),
      'news/bad-answer',
    ],
    ['a value above 100', one({ value: '101', timestamp: String(STAMP) }), 'news/bad-answer'],
    ['a value in words', one({ value: 'Greed', timestamp: String(STAMP) }), 'news/bad-answer'],
    ['a fraction', one({ value: 40.5, timestamp: STAMP }), 'news/bad-answer'],
    ['an empty value', one({ value: '', timestamp: String(STAMP) }), 'news/bad-answer'],
    ['milliseconds', one({ value: '40', timestamp: String(MIDNIGHT) }), 'news/bad-answer'],
    ['a date in words', one({ value: '40', timestamp: '05-03-2024' }), 'news/bad-answer'],
    ['no value', body('{"data": []}', 'application/json'), 'news/empty'],
    ['too many requests', status(429), 'news/rate-limited'],
    ['an error of the server', status(502), 'news/unavailable'],
    ['no answer', hangs(), 'news/timeout'],
  ])('says what is wrong when it gets %s', async (_, reply, code) => {
    const { index, answer } = await ask(reply)
    expect(answer).toMatchObject({ ok: false, error: { code } })
    expect(index.problem()).toMatch(/^fear_greed .*: .*\.$/)
  })
})
