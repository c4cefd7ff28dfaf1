import { fail, ok, type Result } from '../../shared/result.ts'

type Listener = {
  readonly name: string
  /** Those that it listens to. */
  readonly reads: readonly string[]
}

/** Each after those that it listens to, else by name. Error `agent/circle` names those that wait for each other. */
export function runningOrder<T extends Listener>(all: readonly T[]): Result<readonly T[]> {
  const waiting = new Map([...all].sort((a, b) => (a.name < b.name ? -1 : 1)).map((each) => [each.name, each]))
  const ordered: T[] = []
  while (waiting.size > 0) {
    const next = [...waiting.values()].find(({ reads }) => !reads.some((name) => waiting.has(name)))
    if (next === undefined) return fail('agent/circle', `Agents listen in a circle: ${circleIn(waiting).join(' → ')}.`)
    ordered.push(next)
    waiting.delete(next.name)
  }
  return ok(ordered)
}

/** Whoever waits waits for somebody who waits: going on from one to the next comes back to where it was. */
function circleIn(waiting: ReadonlyMap<string, Listener>): readonly string[] {
  const path = [...waiting.keys()].slice(0, 1)
  for (;;) {
    const next = waiting.get(path.at(-1) as string)?.reads.find((name) => waiting.has(name)) as string
    const from = path.indexOf(next)
    path.push(next)
    if (from >= 0) return path.slice(from)
  }
}
