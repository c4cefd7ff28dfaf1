import { brings, spends, symbolOf, type Trade } from './plan-network.ts'

/**
 * Every trade after all those that bring the asset it spends; among those that wait for nothing sells first, then by
 * symbol. Trades without a cycle, as those over a tree, can always be ordered so.
 */
export function inFundingOrder(trades: readonly Trade[]): Trade[] {
  const waiting = [...trades].sort((a, b) => {
    if (a.side !== b.side) return a.side === 'sell' ? -1 : 1
    return symbolOf(a.market) < symbolOf(b.market) ? -1 : 1
  })
  const coming = new Map<number, number>()
  for (const trade of waiting) coming.set(brings(trade), (coming.get(brings(trade)) ?? 0) + 1)
  const ordered: Trade[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((trade) => (coming.get(spends(trade)) ?? 0) === 0)
    if (next < 0) throw new Error('trades that fund each other in a circle')
    const [trade] = waiting.splice(next, 1) as [Trade]
    coming.set(brings(trade), (coming.get(brings(trade)) as number) - 1)
    ordered.push(trade)
  }
  return ordered
}
