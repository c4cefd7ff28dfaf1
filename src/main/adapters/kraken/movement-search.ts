import { ok } from '../../../shared/result.ts'
import type { Exchange, Movement } from '../../ports.ts'
import type { KrakenClient } from './client.ts'
import { readMovement } from './movement-reading.ts'

/** One page of Kraken's ledger. */
const PAGE = 50
/** Pages read at once, newest first; each is two points of the call counter. */
const MOST_PAGES = 20

/** What Kraken's ledger tells of movements. It also has every trade: it should be asked for short periods. */
export function createMovementSearch(client: KrakenClient): Exchange['movements'] {
  return async function movements(since) {
    // The start is exclusive, and counted in seconds.
    const start = String(Math.max(0, Math.floor(since / 1_000) - 1))
    const found = new Map<string, Movement>()
    const unread = new Map<string, string>()
    const seen = new Set<string>()
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await client.ask('Ledgers', { start, ofs: String(page * PAGE) })
      if (!answer.ok) return answer
      const { codeOf } = await client.wire()
      const rows = Object.entries(answer.value.ledger)
      for (const [id, row] of rows) {
        // Rows that came meanwhile push the others on: some are told of twice, none is left out.
        seen.add(id)
        const read = readMovement(id, row, codeOf)
        if (!read.ok) unread.set(id, client.redact(read.error.message))
        else if (read.value !== null && read.value.at >= since) found.set(id, read.value)
      }
      if (rows.length === 0 || seen.size >= (answer.value.count ?? Number.POSITIVE_INFINITY)) break
    }
    return ok({
      movements: [...found.values()].reverse().toSorted((a, b) => a.at - b.at),
      unread: [...unread.values()],
    })
  }
}
