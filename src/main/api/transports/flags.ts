import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TradedPair } from '../../../shared/ids.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'

type MarketName = 'simulated' | 'recorded' | 'kraken'
/** What both hosts take from their command line. */
export type HostFlags = {
  readonly help: boolean
  /** 0 for any free one. The desktop host opens none. */
  readonly port: number
  readonly dataDir: string
  readonly configDir: string | null
  readonly market: MarketName
  readonly speed: number | null
  readonly seed: number | null
  readonly candles: readonly { readonly symbol: string; readonly file: string }[]
  /** The phrase that live mode waits for, as it was given. */
  readonly confirmLive: string | null
}
/** What the platform's default folder depends on. */
export type Machine = {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

export const FLAGS_HELP = `  --port N                   port of the browser host on 127.0.0.1; 0, the default, is any free one
  --data-dir DIR             where the databases are (default: your platform's folder for such data)
  --config-dir DIR           folder with the YAML files (default: those that come with the program)
  --market NAME              simulated (default), recorded or kraken
  --speed X                  market seconds per second, simulated and recorded markets, 0.01 to 100000
  --seed N                   seed of the simulated market
  --candles BTC/USDT=FILE    recording of one pair for --market recorded; give one for each pair
  --confirm-live PHRASE      for mode live only: the phrase that its page asks for, which is then not shown
  --help                     this text`

const OPTIONS = {
  port: { type: 'string' },
  'data-dir': { type: 'string' },
  'config-dir': { type: 'string' },
  market: { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  candles: { type: 'string', multiple: true },
  'confirm-live': { type: 'string' },
  help: { type: 'boolean' },
} as const
const MARKETS: readonly string[] = ['simulated', 'recorded', 'kraken'] satisfies MarketName[]

class BadFlag extends Error {}

/** Error `flags/invalid` says in one line what was given and what is expected. */
export function parseFlags(args: readonly string[], machine: Machine): Result<HostFlags> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    })
    // One --candles may be followed by several recordings.
    if (values.candles === undefined && positionals.length > 0) {
      throw new BadFlag(`${positionals[0]}: expected a flag`)
    }
    const market = values.market ?? 'simulated'
    if (!MARKETS.includes(market)) throw new BadFlag(`--market ${market}: expected simulated, recorded or kraken`)
    const candles = [...(values.candles ?? []), ...positionals].map(recording)
    if (market === 'recorded' && candles.length === 0 && values.help !== true) {
      throw new BadFlag('--market recorded: expected a recording for each pair, --candles BTC/USDT=FILE')
    }
    if (market !== 'recorded' && candles.length > 0) {
      throw new BadFlag(`--candles: expected only with --market recorded, not with ${market}`)
    }
    return ok({
      help: values.help === true,
      port: integer('--port', values.port, 65_535) ?? 0,
      dataDir: folder('--data-dir', values['data-dir']) ?? defaultDataDir(machine),
      configDir: folder('--config-dir', values['config-dir']),
      market: market as MarketName,
      speed: speed(values.speed),
      seed: integer('--seed', values.seed, 2_147_483_647),
      candles,
      confirmLive: values['confirm-live'] ?? null,
    })
  } catch (error) {
    const isExpected = error instanceof BadFlag || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    if (!isExpected || !(error instanceof Error)) throw error
    return fail('flags/invalid', error.message.split(/\. |\n/)[0] ?? error.message)
  }
}

/** Where the platform keeps such data: `~/.local/share/triplegain` and its like. */
export function defaultDataDir({ platform, env, home }: Machine): string {
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'triplegain')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'triplegain')
  // The specification says that a relative path is to be ignored.
  const xdg = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(home, '.local', 'share')
  return join(xdg, 'triplegain')
}

function integer(flag: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null
  if (!/^\d{1,10}$/.test(text) || Number(text) > most) {
    throw new BadFlag(`${flag} ${text}: expected a whole number from 0 to ${most}`)
  }
  return Number(text)
}

function speed(text: string | undefined): number | null {
  if (text === undefined) return null
  const isNumber = /^\d{1,6}(\.\d{1,6})?$/.test(text)
  if (!isNumber || Number(text) < 0.01 || Number(text) > 100_000) {
    throw new BadFlag(`--speed ${text}: expected a number from 0.01 to 100000`)
  }
  return Number(text)
}

function folder(flag: string, text: string | undefined): string | null {
  if (text === '') throw new BadFlag(`${flag}: expected a folder`)
  return text ?? null
}

function recording(text: string, index: number, all: readonly string[]): { symbol: string; file: string } {
  const at = text.indexOf('=')
  const symbol = text.slice(0, Math.max(at, 0))
  const file = text.slice(at + 1)
  if (!TradedPair.safeParse(symbol).success || file === '') {
    throw new BadFlag(`--candles ${text}: expected a pair and a file, such as BTC/USDT=btc.csv`)
  }
  if (all.slice(0, index).some((other) => other.startsWith(`${symbol}=`))) {
    throw new BadFlag(`--candles ${text}: expected each pair once`)
  }
  return { symbol, file }
}
