import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { SentimentOutput } from '../../src/main/domain/signal.ts'
import { openNewsOf } from '../../src/main/news-sources.ts'
import { DAY, HOUR, SECOND } from '../../src/shared/time.ts'
import { writeMadeUpCandles } from '../support/made-up-candles.ts'
import { replayOnce } from '../support/replay-once.ts'

const folder = mkdtempSync(join(tmpdir(), 'triplegain-mood-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const files = writeMadeUpCandles(96, 3)

/** What the agent said of BTC after every candle of a replay with these lines of headlines and this index. */
async function moods(headlines: readonly string[], index: readonly string[]): Promise<readonly SentimentOutput[]> {
  const [paper, values] = [join(folder, 'headlines.csv'), join(folder, 'index.csv')]
  writeFileSync(paper, ['published,title', ...headlines].join('\n'))
  writeFileSync(values, ['time,value', ...index].join('\n'))
  const opened = openNewsOf({ fearGreed: values, headlines: paper })
  if (!opened.ok) throw new Error(opened.error.message)
  const said: SentimentOutput[] = []
  const result = await replayOnce({
    files,
    balance: { USDT: '10000' },
    agentsOn: true,
    openNews: opened.value,
    onStep(engine) {
      const last = engine.bus.latest('sentiment_updates', 'BTC/USDT')
      if (last !== null && said.at(-1) !== last.payload) said.push(last.payload)
    },
  })
  result.close()
  return said
}

describe('the mood in a replay', () => {
  it('comes from recorded news, each from its own time on, and not from what comes later', async () => {
    const [first] = await moods(['2000-01-01 00:00,Bitcoin soars'], ['1000000000,50'])
    if (first === undefined) throw new Error('the agent never spoke')
    const start = first.at
    expect(first).toMatchObject({ bias: 'neutral', confidence: 0, items: [] })
    expect(first.problems).toContain('headlines.csv published nothing in the last 48 h.')

    const text = (at: number): string => new Date(at).toISOString().slice(0, 19)
    const day = Math.floor(start / DAY) * DAY + DAY
    const past = [`${text(start + 5 * HOUR)},Bitcoin soars`]
    const known = await moods([...past, `${text(start + 9 * HOUR)},Bitcoin crashes`], [`${day / SECOND},90`])
    const unknown = await moods(past, [`${day / SECOND},90`])
    const earlier = (said: readonly SentimentOutput[]) => said.filter(({ at }) => at < start + 9 * HOUR)
    const biasAt = (hours: number) => known.find(({ at }) => at === start + hours * HOUR)?.bias

    expect(earlier(known)).toEqual(earlier(unknown))
    expect([biasAt(4), biasAt(5), biasAt(8), biasAt(9)]).toEqual(['neutral', 'long', 'long', 'short'])
    const withIndex = known.filter(({ items }) => items.some(({ source }) => source === 'index.csv'))
    expect(withIndex[0]?.at).toBe(day + HOUR)
  })
})
