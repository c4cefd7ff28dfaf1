/**
 * `next`, with every part that is equal to the same part of `prev` replaced by that very part. The engine pushes whole
 * slices of plain JSON; so a component that selects what did not change is not drawn again.
 */
export function shareStructure<T>(prev: unknown, next: T): T {
  if (Object.is(prev, next)) return next
  if (Array.isArray(next)) {
    const old: readonly unknown[] = Array.isArray(prev) ? prev : []
    // Lists grow at their head: the same id is the same thing, wherever it has moved to.
    const byId = new Map(old.map((item) => [idOf(item), item]))
    const shared = next.map((item, i) => shareStructure(byId.get(idOf(item) ?? Symbol()) ?? old[i], item))
    return isSameList(old, shared) && Array.isArray(prev) ? (prev as T) : (shared as T)
  }
  if (isRecord(next) && isRecord(prev)) {
    const keys = Object.keys(next)
    const shared = Object.fromEntries(keys.map((key) => [key, shareStructure(prev[key], next[key])]))
    const isSame = keys.length === Object.keys(prev).length && keys.every((key) => Object.is(prev[key], shared[key]))
    return (isSame ? prev : shared) as T
  }
  return next
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, i) => Object.is(item, b[i]))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const idOf = (item: unknown): unknown => (isRecord(item) && typeof item.id === 'string' ? item.id : undefined)
