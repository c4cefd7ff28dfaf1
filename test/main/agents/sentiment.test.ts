import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import type { AgentMeans, AgentView } from '../../../src/main/agents/agent.ts'
import { kind } from '../../../src/main/agents/kinds/sentiment.ts'
import type { SentimentOutput } from '../../../src/main/domain/signal.ts'
import type { Llm, NewsSource, WantedNews } from '../../../src/main/ports.ts'
import { asset, pair } from '../../../src/shared/ids.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { shippedBlock } from './means.ts'
import { createFakeLlm, createFakeSource, newsItem, recordedSource } from './news-fakes.ts'
import { createTestQuestions } from './test-questions.ts'

const CONFIG = join(import.meta.dirname, '../../../config')
const prompts = { sentiment: readFileSync(join(CONFIG, 'prompts/sentiment.md'), 'utf8'), panel: '' }
const BLOCK = shippedBlock('sentiment')
const NOON = epochMs(Date.UTC(2024, 2, 5, 12))
const [BTC, XRP] = [pair('BTC/USDT'), pair('XRP/USDT')]

function agentWith(sources: readonly NewsSource[], block: object = BLOCK, llms: readonly Llm[] = []) {
  const clock = createSimulatedClock(NOON)
  const wanted: WantedNews[] = []
  const means: AgentMeans = {
    name: 'sentiment',
    clock,
    baseIntervalMs: MINUTE,
    exits: { stopAtrMultiple: 2, rewardToRisk: 2 },
    quote: asset('USDT'),
    openNews(news) {
      wanted.push(news)
      return sources
    },
    llms,
    openModels: () => [],
    questions: createTestQuestions(clock).questions,
    tell() {},
    prompts,
  }
  const agent = kind.block.parse(block).make(means)
  const run = (symbol = BTC): SentimentOutput => {
    const view: AgentView = {
      symbol,
      now: clock.now(),
      signal: new AbortController().signal,
      said: () => null,
      held: [],
    }
    return agent.run(view) as SentimentOutput
  }
  return { agent, clock, run, wanted }
}
const candle = { openTime: NOON, intervalMs: MINUTE, open: 1, high: 1, low: 1, close: 1, volume: 1 }

describe('the sentiment agent', () => {
  it('needs no candles', () => {
    expect(agentWith([]).agent.needs).toEqual([])
  })

  it('says what is written about the asset, what it was made of, and how sure that makes it', () => {
    const items = [
      newsItem('Bitcoin soars', NOON - HOUR, { assets: [asset('BTC')] }),
      newsItem('XRP crashes', NOON, { assets: [asset('XRP')] }),
      newsItem('Fear & Greed 85 of 100', NOON - HOUR, { source: 'fear_greed', value: 85 }),
    ]
    const { run } = agentWith([recordedSource('file', items)])
    const output = run()
    expect(output).toMatchObject({ symbol: BTC, at: NOON, bias: 'long', problems: [], isNews: true })
    expect(output.items.map(({ text, score }) => [text, score])).toEqual([
      ['Fear & Greed 85 of 100', 0.7],
      ['Bitcoin soars', 0.7],
    ])
    expect(output.confidence).toBeGreaterThan(0.3)
    expect(run(XRP).items.map(({ text }) => text)).toEqual(['XRP crashes', 'Fear & Greed 85 of 100'])
  })

  it('says the same again without calling it news, until something changes', () => {
    const { run, clock } = agentWith([
      recordedSource('file', [newsItem('Prices soar', NOON), newsItem('Prices crash', NOON + 2 * HOUR)]),
    ])
    const first = run()
    expect(run()).toEqual({ ...first, isNews: false })
    expect(run(XRP).isNews).toBe(true)
    clock.advanceTo(epochMs(NOON + 2 * HOUR))
    expect(run().isNews).toBe(true)
  })

  it('is neutral, without confidence, and says so when nobody can be reached; and never waits', async () => {
    const source = createFakeSource()
    const { run, agent } = agentWith([source])
    expect(run()).toMatchObject({
      bias: 'neutral',
      confidence: 0,
      items: [],
      problems: ['paper has not answered yet.'],
    })
    await source.answer('paper cannot be reached (ENOTFOUND): check its url and the network.')
    expect(run()).toMatchObject({
      bias: 'neutral',
      confidence: 0,
      problems: ['paper cannot be reached (ENOTFOUND): check its url and the network.'],
      isNews: true,
    })
    agent.close?.()
    expect(agentWith([]).run()).toMatchObject({ confidence: 0, problems: ['No source of news is switched on.'] })
  })

  it('begins to ask with the first candle, past ones included, so that it knows when it is run', async () => {
    const source = createFakeSource()
    const { agent, run } = agentWith([source])
    agent.observe(BTC, candle)
    agent.observe(BTC, candle)
    expect(source.asked()).toBe(1)
    await source.answer([newsItem('Prices soar', NOON)])
    expect(run()).toMatchObject({ bias: 'long', problems: [] })
  })

  it('says that nobody writes about a pair of coins, rather than taking the market’s mood for it', () => {
    const { run } = agentWith([recordedSource('file', [newsItem('Prices soar', NOON)])])
    expect(run(pair('XRP/BTC'))).toMatchObject({
      bias: 'neutral',
      confidence: 0,
      problems: ['Nothing was published about XRP/BTC that says anything.'],
    })
  })

  it('has a model score headlines where the settings say so, and the lexicon what it has not scored', async () => {
    const source = createFakeSource()
    const { llm } = createFakeLlm('{"scores": [-1]}', { fails: 'It is down.' })
    const { run, clock } = agentWith([source], { ...BLOCK, scorer: 'llm' }, [llm])
    run()
    await source.answer([newsItem('Prices soar', NOON)])
    expect(run()).toMatchObject({ bias: 'short', items: [{ score: -1 }], problems: [] })
    clock.advanceTo(epochMs(NOON + HOUR))
    run()
    await source.answer([newsItem('Prices soar', NOON), newsItem('Prices rise', NOON + HOUR)])
    expect(run()).toMatchObject({
      items: [{ score: 0.5 }, { score: -1 }],
      problems: [expect.stringContaining('scored by the lexicon: deepseek failed (llm/unavailable): It is down.')],
    })
    expect(agentWith([source], { ...BLOCK, scorer: 'llm' }).run().problems).toContain(
      'No model has a key: headlines are scored by the lexicon.',
    )
  })

  it('asks for the sources of its block, and for none that is switched off', () => {
    expect(agentWith([]).wanted).toEqual([
      {
        fearGreedUrl: BLOCK.fear_greed.url,
        feeds: BLOCK.rss.feeds,
        fearGreedFile: null,
        headlineFile: null,
        timeLimitMs: 10_000,
        assetWords: BLOCK.asset_words,
      },
    ])
    const off = {
      ...BLOCK,
      fear_greed: { ...BLOCK.fear_greed, enabled: 'false', file: 'index.csv' },
      rss: { ...BLOCK.rss, enabled: 'false' },
      headline_file: 'headlines.csv',
    }
    expect(agentWith([], off).wanted[0]).toMatchObject({
      fearGreedUrl: null,
      feeds: [],
      fearGreedFile: 'index.csv',
      headlineFile: 'headlines.csv',
    })
  })

  it.each([
    ['shares that do not sum to 1', { index: { ...BLOCK.index, share: '0.5' } }, 'to sum to 1'],
    [
      'two feeds of one name',
      { rss: { enabled: 'true', feeds: [BLOCK.rss.feeds[0], BLOCK.rss.feeds[0]] } },
      'a name of its own',
    ],
    [
      'a feed that is a file',
      { rss: { enabled: 'true', feeds: [{ name: 'a', url: 'file:///etc/passwd' }] } },
      'expected a URL',
    ],
    ['words in capitals', { asset_words: { BTC: ['Bitcoin'] } }, 'words in lower case'],
    ['a scorer that nobody knows', { scorer: 'oracle' }, 'expected lexicon or llm'],
  ])('is refused with %s', (_, change, message) => {
    const parsed = kind.block.safeParse({ ...BLOCK, ...change })
    expect(parsed.error?.message).toContain(message)
  })
})
