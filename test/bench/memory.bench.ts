import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type CandleFiles, makeUpCandles } from './candles.ts'
import { type BenchContext, compare, interleave, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const REPLAY = fileURLToPath(new URL('../../src/main/replay.ts', import.meta.url))
const HOURS = 40_000
const TIMES = 4
/** Every run is a process of its own: a few say it all. */
const MOST_RUNS = 3

/**
 * Runs in the child: its own peak of resident memory, in KiB, to a pipe of its own. On Linux `maxRSS` begins with what
 * the parent held when it forked, so the kernel's mark of the child's own memory is read instead.
 */
const TELL_PEAK = `
import { existsSync, readFileSync, writeSync } from 'node:fs'
process.on('exit', () => {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  writeSync(3, /VmHWM:\\s*(\\d+)/.exec(status)?.[1] ?? String(process.resourceUsage().maxRSS))
})`

/** Peak memory of the replay command, as it is run, for an input and for one four times as long. */
export const memoryBench = (context: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    const { say } = context
    say('making up candles')
    const short = makeUpCandles(HOURS)
    const long = makeUpCandles(HOURS * TIMES)
    const nameOf = (agents: string, hours: number): string => `peak memory, ${2 * hours} candles, agents ${agents}`
    const peak = (agents: string, hours: number, files: CandleFiles) => ({
      name: nameOf(agents, hours),
      measure: () => peakMegabytes(files, agents, join(folder, 'report')),
    })
    const modes = ['off', 'on']
    const samples = await interleave(
      modes.flatMap((agents) => [peak(agents, HOURS * TIMES, long.files), peak(agents, HOURS, short.files)]),
      { runs: Math.min(MOST_RUNS, context.runs), warmUps: 0, say },
    )
    short.remove()
    long.remove()
    return modes.map((agents) => compare(samples, nameOf(agents, HOURS * TIMES), nameOf(agents, HOURS), 'MB'))
  })

async function peakMegabytes(files: CandleFiles, agents: string, out: string): Promise<number> {
  const candles = Object.entries(files).flatMap(([symbol, file]) => ['--candles', `${symbol}=${file}`])
  const child = spawn(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(TELL_PEAK)}`,
      REPLAY,
      ...candles,
      '--agents',
      agents,
      '--out',
      out,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const told = child.stdio[3]
  if (told === null || told === undefined || child.stderr === null) throw new Error('no pipe to the replay')
  const [peak, problem, [code]] = await Promise.all([
    text(told as NodeJS.ReadableStream),
    text(child.stderr),
    once(child, 'exit'),
  ])
  if (code !== 0) throw new Error(`the replay failed: ${problem}`)
  return (Number(peak) * 1_024) / 1e6
}
