import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { TradedPair } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { type EpochMs, epochMs } from '../shared/time.ts'
import { inspectRecordings } from './adapters/recorded/recorded-feed.ts'
import { reportHtml } from './adapters/report/report-html.ts'
import { CONFIG_DIR } from './app.ts'
import { loadSettings } from './config.ts'
import { type NewsFiles, openNewsOf } from './news-sources.ts'
import { recordPoints } from './replay-points.ts'
import { buildReport, writeTables } from './replay-report.ts'
import { REPLAY_SETTINGS, type ReplayOptions, runReplay } from './replay-run.ts'
import { replaySession } from './replay-session.ts'

const USAGE = `Replays recorded candles through the whole engine and writes a report, or runs the decisions of a session again.

  npm run replay -- --candles BTC/USDT=FILE --candles XRP/USDT=FILE --out DIR
  npm run replay -- --session DIR

  --session DIR         data folder of a session: what was decided is decided again, from what was told, read and answered
                        then, and the first step that differs is named. Nothing in the folder is changed
  --database FILE       which database of that folder, where there are several

  --candles PAIR=FILE   a recording (CSV or CSV.gz); once for each pair, XRP/BTC is optional
  --from ISO --to ISO   only candles that open in [from, to)
  --balance LIST        money at the start, e.g. BTC=0,XRP=0,USDT=10000 (the default)
  --bag LIST            bags on top, never sold, e.g. BTC=0.01
  --fee FRACTION        taker fee, e.g. 0.0040
  --slippage FRACTION   of every market order, default 0
  --approve auto|none   auto: every proposal is carried out at once (the default)
  --agents on|off       analysts and tactical trades, default on
  --fear-greed FILE     recorded Fear & Greed index for the sentiment agent: CSV (time,value) or JSON lines
  --headlines FILE      recorded headlines for it: CSV (published,title, and source if any) or JSON lines
  --set KEY=VALUE       any setting, e.g. portfolio.rebalancing.threshold=5; may be repeated
  --config-dir DIR      other configuration files than those of the program
  --seed N              for ids, default 1
  --out DIR             where report.json, report.html and the tables go
  --help

Exit code 0 when it is done, 1 when it failed or a session differs, 2 for bad use or a session that cannot be read.
`

class BadUse extends Error {}

type Cli = Omit<ReplayOptions, 'recordings' | 'openNews' | 'onPoint' | 'onProgress' | 'onStep'> & {
  readonly news: NewsFiles
  readonly files: readonly { readonly symbol: TradedPair; readonly file: string }[]
  readonly out: string
}

type SessionFlags = { readonly session: string; readonly database: string | null }

/** Null when no session is to be replayed. */
function readSessionFlags(argv: readonly string[]): SessionFlags | null {
  if (!argv.some((each) => /^--session(=|$)/.test(each))) return null
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: { session: { type: 'string' }, database: { type: 'string' } },
  })
  if (values.session === undefined || values.session === '') throw new BadUse('--session DIR is missing')
  return { session: values.session, database: values.database ?? null }
}

function readFlags(argv: readonly string[]): Cli | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: {
      candles: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      to: { type: 'string' },
      balance: { type: 'string', default: 'BTC=0,XRP=0,USDT=10000' },
      bag: { type: 'string', default: '' },
      fee: { type: 'string' },
      slippage: { type: 'string' },
      approve: { type: 'string', default: 'auto' },
      agents: { type: 'string', default: 'on' },
      'fear-greed': { type: 'string' },
      headlines: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      'config-dir': { type: 'string' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.out === undefined) throw new BadUse('--out DIR is missing')
  if (values.candles.length === 0) throw new BadUse('--candles PAIR=FILE is missing')
  const oneOf = <T extends string>(name: string, value: string, allowed: readonly T[]): T => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw new BadUse(`--${name} ${value}: expected ${allowed.join(' or ')}`)
    return found
  }
  const approval = oneOf('approve', values.approve, ['auto', 'none']) === 'auto' ? 'auto' : 'manual'
  if (!/^\d{1,9}$/.test(values.seed)) throw new BadUse(`--seed ${values.seed}: expected a whole number`)
  const configDir = values['config-dir'] ?? CONFIG_DIR
  const settings = loadSettings(configDir, [
    ...REPLAY_SETTINGS,
    ...clearedPaperMoney(configDir),
    ...assetList('balance', values.balance).map(([asset, units]) => `portfolio.paper.core.${asset}=${units}`),
    ...assetList('bag', values.bag).map(([asset, units]) => `portfolio.paper.bags.${asset}=${units}`),
    `portfolio.approval.rebalance=${approval}`,
    `portfolio.approval.tactical=${approval}`,
    ...feeOverrides(configDir, values.fee),
    ...(values.slippage === undefined ? [] : [`execution.paper_slippage=${values.slippage}`]),
    ...values.set,
  ])
  if (!settings.ok) throw new BadUse(settings.error.message)
  return {
    settings: settings.value,
    files: values.candles.map(candleFlag),
    from: instant('from', values.from),
    to: instant('to', values.to),
    agentsOn: oneOf('agents', values.agents, ['on', 'off']) === 'on',
    news: { fearGreed: values['fear-greed'] ?? null, headlines: values.headlines ?? null },
    seed: Number(values.seed),
    out: values.out,
  }
}

function candleFlag(text: string): { symbol: TradedPair; file: string } {
  const at = text.indexOf('=')
  const symbol = TradedPair.safeParse(text.slice(0, Math.max(0, at)))
  if (!symbol.success || at === text.length - 1)
    throw new BadUse(`--candles ${text}: expected PAIR=FILE, such as BTC/USDT=btc.csv`)
  return { symbol: symbol.data, file: text.slice(at + 1) }
}

function instant(name: string, text: string | undefined): EpochMs | null {
  if (text === undefined) return null
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text)
  const time = Date.parse(text)
  if (!isIso || Number.isNaN(time))
    throw new BadUse(`--${name} ${text}: expected a UTC time such as 2021-01-01 or 2021-01-01T12:00Z`)
  return epochMs(time)
}

function assetList(name: string, text: string): [string, string][] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const [asset, units, more] = part.split('=')
    if (!asset || !units || more !== undefined || !/^[A-Z0-9]{2,10}$/.test(asset) || !/^\d+(\.\d+)?$/.test(units)) {
      throw new BadUse(`--${name} ${text}: expected a list such as BTC=0.01,XRP=500`)
    }
    return [asset, units]
  })
}

/** The paper money of the settings must not be added to what the flags say. */
function clearedPaperMoney(configDir: string): string[] {
  const plain = loadSettings(configDir)
  if (!plain.ok) throw new BadUse(plain.error.message)
  const { core, bags } = plain.value.portfolio.paper
  return [
    ...Object.keys(core).map((asset) => `portfolio.paper.core.${asset}=0`),
    ...Object.keys(bags).map((asset) => `portfolio.paper.bags.${asset}=0`),
  ]
}

function feeOverrides(configDir: string, fee: string | undefined): string[] {
  if (fee === undefined) return []
  const plain = loadSettings(configDir)
  if (!plain.ok) throw new BadUse(plain.error.message)
  return Object.keys(plain.value.execution.markets).map((symbol) => `execution.markets.${symbol}.taker_fee=${fee}`)
}

async function replay(cli: Cli): Promise<Result<string>> {
  const startedAt = performance.now()
  const inspected = await inspectRecordings(cli.files)
  if (!inspected.ok) return inspected
  const recordings = inspected.value
  const unknown = recordings.find(({ symbol }) => cli.settings.execution.markets[symbol] === undefined)
  if (unknown !== undefined) return fail('candles/unknown-pair', `${unknown.symbol} is not a market of execution.yaml.`)
  const missing = Object.keys(cli.settings.portfolio.targets).find(
    (asset) =>
      asset !== cli.settings.portfolio.quote &&
      !recordings.some(({ symbol }) => symbol === `${asset}/${cli.settings.portfolio.quote}`),
  )
  if (missing !== undefined) {
    return fail(
      'candles/missing',
      `There is no recording of ${missing}/${cli.settings.portfolio.quote}: add --candles ${missing}/${cli.settings.portfolio.quote}=FILE`,
    )
  }
  const news = openNewsOf(cli.news)
  if (!news.ok) return news
  mkdirSync(cli.out, { recursive: true })
  const assets = Object.keys(cli.settings.portfolio.targets)
  const points = recordPoints(cli.out, assets)
  const total = recordings.reduce((rows, { info }) => rows + info.rows, 0)
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: '{bar} {percentage}% of {total} candles, {eta}s left' })
    : null
  bar?.start(total, 0)
  const result = await runReplay({
    ...cli,
    recordings,
    openNews: news.value,
    ...(bar === null ? {} : { onProgress: (candles: number) => bar.update(candles) }),
    onPoint: points.add,
  })
  bar?.update(total)
  bar?.stop()
  points.close()
  if (!result.ok) return result
  // Beside the analysts' result stands what would have come without them.
  const alone = cli.agentsOn ? await runReplay({ ...cli, recordings, openNews: news.value, agentsOn: false }) : null
  if (alone?.ok === false) return alone
  const digest = writeTables(result.value.stores, cli.out)
  const report = buildReport(
    cli,
    recordings,
    result.value,
    digest,
    (performance.now() - startedAt) / 1_000,
    alone === null ? null : alone.value,
  )
  writeFileSync(join(cli.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(cli.out, 'report.html'), reportHtml({ report, series: points.series() }))
  result.value.close()
  alone?.value.close()
  return ok(
    [
      `${report.checks} checks, ${report.rebalances.length} rebalances, fees ${short(report.fees)}, ledger ${report.ledgerBalanced ? 'balances' : 'DOES NOT BALANCE'}`,
      `final equity ${short(report.finalEquity)}, just held ${short(report.holdEquity)}, largest drawdown ${(Number(report.maxDrawdown) * 100).toFixed(2)} %`,
      ...(report.rebalancingAlone === null
        ? []
        : [
            `without the analysts ${short(report.rebalancingAlone.finalEquity)}, ${report.tactical?.trades.length ?? 0} tactical trades`,
          ]),
      `${report.candlesPerSecond} candles/s, digest ${report.digest}`,
      `The report is in ${join(cli.out, 'report.html')}`,
    ].join('\n'),
  )
}

const short = (text: string | null): string => (text === null ? 'unknown' : Number(text).toFixed(2))

async function sessionAgain({ session, database }: SessionFlags): Promise<number> {
  const replayed = await replaySession(session, database)
  if (!replayed.ok) {
    process.stderr.write(`${replayed.error.message}\n`)
    return 2
  }
  process.stdout.write(`${replayed.value.text}\n`)
  return replayed.value.isSame ? 0 : 1
}

async function main(): Promise<number> {
  let cli: Cli | 'help' | SessionFlags
  try {
    cli = readSessionFlags(process.argv.slice(2)) ?? readFlags(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
    return 2
  }
  if (cli === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  if ('session' in cli) return sessionAgain(cli)
  const done = await replay(cli)
  if (done.ok) process.stdout.write(`${done.value}\n`)
  else process.stderr.write(`${done.error.message}\n`)
  return done.ok ? 0 : 1
}

process.exitCode = await main()
