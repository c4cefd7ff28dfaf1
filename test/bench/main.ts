import { writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BenchContext, Row } from './measure.ts'

type Bench = (context: BenchContext) => Promise<Row[]>

const BENCHES: Readonly<Record<string, { readonly what: string; load(): Promise<Bench> }>> = {
  bus: {
    what: 'publishing, against eventemitter3 and emittery; priorities, against p-queue; memory; with and without audit',
    load: async () => (await import('./bus.bench.ts')).busBench,
  },
  replay: {
    what: 'candles a second, against @backtest/framework and grademark',
    load: async () => (await import('./replay.bench.ts')).replayBench,
  },
  memory: {
    what: 'peak memory of npm run replay, against an input a fourth as long',
    load: async () => (await import('./memory.bench.ts')).memoryBench,
  },
  tick: {
    what: 'tick, P&L, stop check, intent on disk, against a bare durable insert',
    load: async () => (await import('./tick.bench.ts')).tickBench,
  },
  ledger: {
    what: 'ledger entries with balances and lots a second, against a bare transaction of the same rows',
    load: async () => (await import('./ledger.bench.ts')).ledgerBench,
  },
  intents: {
    what: 'order intents a second, against a bare better-sqlite3 insert loop',
    load: async () => (await import('./intents.bench.ts')).intentsBench,
  },
  agents: {
    what: 'indicators, opinion and regime of one candle, against technicalindicators and against themselves',
    load: async () => (await import('./agents.bench.ts')).agentsBench,
  },
  risk: {
    what: 'one risk check of a signal, all rules',
    load: async () => (await import('./risk.bench.ts')).riskBench,
  },
  plan: {
    what: 'rebalance plans of 3 and of 50 assets, against a linear solver alone',
    load: async () => (await import('./plan.bench.ts')).planBench,
  },
}

const SHARED_DATA = join(import.meta.dirname, '../../../shared/data')

const USAGE = `Measures the engine against others in one run, each in turn, and prints medians and ratios.

  npm run bench -- [--only NAME] [--runs N] [--json FILE] [--candles-dir DIR]

  --only NAME         one of these; may be repeated
${Object.entries(BENCHES)
  .map(([name, { what }]) => `                        ${name.padEnd(8)} ${what}`)
  .join('\n')}
  --runs N            runs of each, default 5
  --json FILE         also writes the rows and the machine as JSON
  --candles-dir DIR   where the recordings are, default ../shared/data; made-up candles without them
  --help

The ratio is ours over the peer's: above 1 is good for rates, below 1 for times and memory. Databases are made in the
system's temporary folder: TMPDIR says on which disk. Exit code 0 when it is done, 1 when it failed, 2 for bad use.
`

class BadUse extends Error {}

type Cli = {
  readonly names: readonly string[]
  readonly runs: number
  readonly json: string | null
  readonly candlesDir: string
}

function readFlags(argv: readonly string[]): Cli | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string', default: '5' },
      json: { type: 'string' },
      'candles-dir': { type: 'string', default: SHARED_DATA },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const all = Object.keys(BENCHES)
  const unknown = values.only.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new BadUse(`--only ${unknown}: expected ${all.join(', ')}`)
  if (!/^[1-9]\d{0,2}$/.test(values.runs)) throw new BadUse(`--runs ${values.runs}: expected a whole number from 1`)
  return {
    names: values.only.length === 0 ? all : all.filter((name) => values.only.includes(name)),
    runs: Number(values.runs),
    json: values.json ?? null,
    candlesDir: values['candles-dir'],
  }
}

const machineOf = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${release()} ${process.arch}`,
  node: process.version,
  /** Of the last minute, this process included: above the number of cores, the figures are of a busy machine. */
  load: loadavg()[0] ?? 0,
})

/** Three figures that matter, thousands set apart. */
function figure(value: number): string {
  const places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })
}

function table(rows: readonly Row[]): string {
  const cells = [
    ['', 'median', 'min', 'max', '', 'against', 'median', 'ratio'],
    ...rows.map((row) => [
      row.name,
      figure(row.median),
      figure(row.min),
      figure(row.max),
      row.unit,
      row.peer,
      figure(row.peerMedian),
      `${figure(row.ratio)} ×`,
    ]),
  ]
  const isText = [true, false, false, false, true, true, false, false]
  const widths = isText.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return isText[column] ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function sayOnTerminal(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

async function bench(cli: Cli): Promise<void> {
  const rows: Row[] = []
  const notes: string[] = []
  const note = (text: string): void => {
    notes.push(text)
  }
  for (const name of cli.names) {
    const say = (text: string): void => sayOnTerminal(`${name}: ${text} …`)
    const run = await BENCHES[name]?.load()
    rows.push(...((await run?.({ ...cli, say, note })) ?? []))
  }
  sayOnTerminal('')
  const machine = machineOf()
  process.stdout.write(`${table(rows)}\n\n`)
  process.stdout.write(
    `${cli.runs} runs of each in turn, warmed up. ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, load ${machine.load.toFixed(1)}\n`,
  )
  for (const text of notes) process.stdout.write(`${text}\n`)
  if (cli.json !== null)
    writeFileSync(cli.json, `${JSON.stringify({ machine, runs: cli.runs, notes, rows }, null, 2)}\n`)
}

async function main(): Promise<number> {
  let cli: Cli | 'help'
  try {
    cli = readFlags(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
    return 2
  }
  if (cli === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    await bench(cli)
    return 0
  } catch (error) {
    sayOnTerminal('')
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return 1
  }
}

process.exitCode = await main()
