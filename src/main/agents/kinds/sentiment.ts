import { z } from 'zod'
import { Asset, type TradedPair } from '../../../shared/ids.ts'
import { flag, integer, number, share, text, webAddress } from '../../../shared/setting.ts'
import { HOUR, MINUTE, SECOND } from '../../../shared/time.ts'
import { headlineScore } from '../../domain/headline-score.ts'
import { type Mood, moodOf, type SentimentSettings } from '../../domain/sentiment.ts'
import type { SentimentOutput } from '../../domain/signal.ts'
import { type Agent, type AgentView, agentKind } from '../agent.ts'
import { HeadlineScorer } from '../headline-scorer.ts'
import { NewsDesk } from '../news-desk.ts'

/** Change of score or confidence (0 to 1) that is news by itself. */
const NOTEWORTHY = 0.05

/**
 * What is being written about an asset and its market. The formula is `moodOf`'s. It never waits for a source: they are
 * asked in the background as candles come in, past ones included, and what they said stands ready when it is run.
 */
export class Sentiment implements Agent<SentimentOutput> {
  /** It looks at no chart. */
  readonly needs = []
  private readonly settings: SentimentSettings
  private readonly desk: NewsDesk
  /** Null where the lexicon scores. */
  private readonly scorer: HeadlineScorer | null
  private readonly published = new Map<TradedPair, SentimentOutput>()

  constructor(settings: SentimentSettings, desk: NewsDesk, scorer: HeadlineScorer | null) {
    this.settings = settings
    this.desk = desk
    this.scorer = scorer
  }

  observe(): void {
    this.desk.refreshIfDue()
  }

  forget(): void {}

  seen(): number {
    return 0
  }

  run({ symbol, now }: AgentView): SentimentOutput {
    this.desk.refreshIfDue()
    const scoreOf = (headline: string): number | null => this.scorer?.scoreOf(headline) ?? headlineScore(headline)
    const known = this.desk.isUnreachable(now) ? [] : this.desk.known(now)
    const mood = moodOf(known, symbol, now, this.settings, scoreOf)
    const problems = this.problems(mood, symbol)
    const before = this.published.get(symbol)
    const output: SentimentOutput = { symbol, at: now, ...mood, problems, isNews: isNews(before, mood, problems) }
    this.published.set(symbol, output)
    return output
  }

  close(): void {
    this.desk.close()
    this.scorer?.close()
  }

  private problems({ items }: Mood, symbol: TradedPair): readonly string[] {
    const scoring = this.scorer?.problem() ?? null
    const problems = [...this.desk.problems(), ...(scoring === null ? [] : [scoring])]
    if (items.length > 0 || problems.length > 0) return problems
    return [`Nothing was published about ${symbol} that says anything.`]
  }
}

const isNews = (before: SentimentOutput | undefined, now: Mood, problems: readonly string[]): boolean =>
  before === undefined ||
  before.bias !== now.bias ||
  Math.abs(before.score - now.score) >= NOTEWORTHY ||
  Math.abs(before.confidence - now.confidence) >= NOTEWORTHY ||
  before.problems.join('\n') !== problems.join('\n')

const kindOfSource = {
  share,
  half_life_hours: number('0.1', '1000'),
  full_count: number('0.1', '1000'),
}
/** Of a file; '' for none. */
const file = z.string()

const settings = z
  .strictObject({
    scorer: z.enum(['lexicon', 'llm'], 'expected lexicon or llm'),
    scorer_time_limit_seconds: integer(1, 600),
    neutral_below: share,
    full_score: number('0.01', '1'),
    max_age_hours: number('1', '1000'),
    index: z.strictObject(kindOfSource),
    headlines: z.strictObject(kindOfSource),
    refresh_minutes: integer(1, 1_440),
    source_time_limit_seconds: integer(1, 120),
    fear_greed: z.strictObject({ enabled: flag, url: webAddress, file }),
    rss: z.strictObject({
      enabled: flag,
      feeds: z.array(z.strictObject({ name: text, url: webAddress })),
    }),
    headline_file: file,
    asset_words: z.record(Asset, z.array(z.string().regex(/^[a-z0-9]+( [a-z0-9]+)*$/, 'expected words in lower case'))),
  })
  .refine(({ index, headlines }) => Math.abs(index.share + headlines.share - 1) < 1e-9, {
    message: 'expected the shares of index and headlines to sum to 1',
    path: ['index', 'share'],
  })
  .refine(({ rss }) => new Set(rss.feeds.map(({ name }) => name)).size === rss.feeds.length, {
    message: 'expected each feed to have a name of its own',
    path: ['rss', 'feeds'],
  })

type Block = z.infer<typeof settings>

export const kind = agentKind({
  title: 'Sentiment',
  topic: 'sentiment_updates',
  settings,
  make(own, { name, clock, quote, openNews, llms, questions, prompts }) {
    const scorer =
      own.scorer === 'lexicon'
        ? null
        : new HeadlineScorer({
            agent: name,
            questions,
            llms,
            promptTemplate: prompts.sentiment,
            timeLimitMs: own.scorer_time_limit_seconds * SECOND,
          })
    const desk = new NewsDesk({
      clock,
      sources: openNews({
        fearGreedUrl: own.fear_greed.enabled ? own.fear_greed.url : null,
        feeds: own.rss.enabled ? own.rss.feeds : [],
        fearGreedFile: own.fear_greed.file === '' ? null : own.fear_greed.file,
        headlineFile: own.headline_file === '' ? null : own.headline_file,
        timeLimitMs: own.source_time_limit_seconds * SECOND,
        assetWords: own.asset_words,
      }),
      refreshEveryMs: own.refresh_minutes * MINUTE,
      maxAgeMs: own.max_age_hours * HOUR,
      onRefreshed:
        scorer === null
          ? null
          : (known) => scorer.take(known.flatMap(({ text: headline, value }) => (value === null ? [headline] : []))),
    })
    return new Sentiment({ ...moodSettings(own), quote }, desk, scorer)
  },
})

const moodSettings = (own: Block): Omit<SentimentSettings, 'quote'> => ({
  index: {
    share: own.index.share,
    halfLifeMs: own.index.half_life_hours * HOUR,
    fullCount: own.index.full_count,
  },
  headlines: {
    share: own.headlines.share,
    halfLifeMs: own.headlines.half_life_hours * HOUR,
    fullCount: own.headlines.full_count,
  },
  maxAgeMs: own.max_age_hours * HOUR,
  neutralBelow: own.neutral_below,
  fullScore: own.full_score,
})
