import { parseArgs } from 'node:util'
import { createScaledClock } from '../../../src/main/adapters/system/clock.ts'
import { amount } from '../../../src/shared/money.ts'
import { LIMITS, type Tier } from './counters.ts'
import { runGeneratedMarket } from './generated-market.ts'
import { type KrakenServer, startKrakenServer } from './server.ts'

const HELP = `A Kraken to try live mode on: made-up prices, made-up money, everything else as on the real one.

npm run kraken-server -- [options]
  --port N    where it listens on this machine (default 7430)
  --dir PATH  where it keeps the account over a restart; without it the account is new each time
  --seed N    of the prices (default 7)
  --every MS  milliseconds between prices (default 1000)
  --tier T    which limits hold: ${Object.keys(LIMITS).join(', ')} (default starter)
  --help      this text`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7430' },
      dir: { type: 'string' },
      seed: { type: 'string', default: '7' },
      every: { type: 'string', default: '1000' },
      tier: { type: 'string', default: 'starter' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  const server = await startKrakenServer({
    port: wholeNumber('port', values.port, 0, 65_535),
    clock: createScaledClock({ start: null, speed: 1 }),
    tier: tierNamed(values.tier),
    opening: new Map([
      ['BTC', amount('0.05')],
      ['XRP', amount('2150')],
      ['USDT', amount('4500')],
      ['BTC.F', amount('0.005')],
    ]),
    ...(values.dir === undefined ? {} : { dir: values.dir }),
  })
  const everyMs = wholeNumber('every', values.every, 10, 60_000)
  const stop = await runGeneratedMarket(server, { seed: wholeNumber('seed', values.seed, 0, 2 ** 31), everyMs })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop()
      void server.close()
    })
  }
  console.log(instructions(server))
}

const instructions = ({
  restUrl,
  wsUrl,
  wsAuthUrl,
  key,
  secret,
}: KrakenServer): string => `Kraken to try things on: ${restUrl}

In config/execution.yaml
  mode: live
  kraken:
    rest_url: ${restUrl}
    ws_url: ${wsUrl}
    ws_auth_url: ${wsAuthUrl}

In the environment (they open nothing but this server)
  KRAKEN_API_KEY=${key}
  KRAKEN_API_SECRET=${secret}

Then start TripleGain and type the phrase it asks for; the server takes it as
  npm run serve -- --confirm-live "I understand that this is real money"

What goes wrong is up to you: POST a command to ${restUrl}/control, for example
  {"do":"addFault","rule":{"endpoints":["AddOrder"],"faults":[{"accept":"now","reply":{"kind":"reset"}}],"times":1}}

Ctrl-C ends it.`

/** @throws with a sentence for the one who typed it. */
function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`)
}

function tierNamed(text: string): Tier {
  if (text in LIMITS) return text as Tier
  throw new Error(`--tier must be one of ${Object.keys(LIMITS).join(', ')}, not ${JSON.stringify(text)}`)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
