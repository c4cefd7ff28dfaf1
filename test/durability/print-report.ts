import type { KillReport } from './kill-run.ts'

/** Where engines died, what happened to them, what was found; and the points at which nobody died in a run that long. */
export function printReport(report: KillReport, points: readonly string[], longRun: number): readonly string[] {
  for (const [point, deaths] of report.points) process.stdout.write(`${String(deaths).padStart(6)}  ${point}\n`)
  for (const [what, times] of report.happened) process.stdout.write(`${String(times).padStart(6)}  ${what}\n`)
  for (const { kind, text } of report.findings) process.stdout.write(`BAD  ${kind}: ${text}\n`)
  const deaths = new Map(report.points)
  const missed = report.kills < longRun ? [] : points.filter((point) => !deaths.get(point))
  for (const point of missed) process.stdout.write(`BAD  nobody died at: ${point}\n`)
  return missed
}
