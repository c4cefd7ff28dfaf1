import type { TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type { AgentOutputRow, AgentOutputStore, MarketSampleStore, StateStore } from '../ports.ts'
import { insertInto, type Sql } from './columns.ts'
import { auditJson } from './json.ts'

type OutputRow = {
  readonly symbol: string
  readonly at: number
  readonly output: string
  readonly latency_ms: number
}

export function createAgentOutputStore(sql: Sql): AgentOutputStore {
  const insert = sql.prepare(
    insertInto('agent_outputs', ['agent', 'message_id', 'symbol', 'at', 'output', 'input_ids', 'latency_ms']),
  )
  const recent = sql.prepare<[string, number], OutputRow>(
    'SELECT symbol, at, output, latency_ms FROM agent_outputs WHERE agent = ? ORDER BY seq DESC LIMIT ?',
  )
  const last = sql.prepare<[string, string], OutputRow>(
    `SELECT symbol, at, output, latency_ms FROM agent_outputs WHERE agent = ? AND symbol = ? ORDER BY seq DESC LIMIT 1`,
  )
  return {
    add(agent, messageId, output, inputIds, latencyMs) {
      insert.run(agent, messageId, output.symbol, output.at, auditJson(output), JSON.stringify(inputIds), latencyMs)
    },
    recent: (agent, limit) => recent.all(agent, limit).map(fromRow),
    last(agent, symbol) {
      const row = last.get(agent, symbol)
      return row === undefined ? null : fromRow(row)
    },
  }
}

const fromRow = ({ symbol, at, output, latency_ms }: OutputRow): AgentOutputRow => ({
  symbol,
  at: epochMs(at),
  output,
  latencyMs: latency_ms,
})

export function createStateStore(sql: Sql): StateStore {
  const read = sql.prepare<[string], { readonly json: string }>('SELECT json FROM state WHERE name = ?')
  const write = sql.prepare(
    'INSERT INTO state (name, json) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET json = excluded.json',
  )
  return {
    get: (name) => read.get(name)?.json ?? null,
    set(name, json) {
      write.run(name, json)
    },
  }
}

type SampleRow = { readonly at: number; readonly bid: number; readonly ask: number; readonly last: number }

export function createMarketSampleStore(sql: Sql): MarketSampleStore {
  const insert = sql.prepare(
    `${insertInto('market_samples', ['symbol', 'at', 'bid', 'ask', 'last'])}
     ON CONFLICT (symbol, at) DO UPDATE SET bid = excluded.bid, ask = excluded.ask, last = excluded.last`,
  )
  const newest = sql.prepare<[string], SampleRow>(
    'SELECT at, bid, ask, last FROM market_samples WHERE symbol = ? ORDER BY at DESC LIMIT 1',
  )
  return {
    add(tick) {
      insert.run(tick.symbol, tick.at, tick.bid, tick.ask, tick.last)
    },
    last(symbol: TradedPair) {
      const row = newest.get(symbol)
      return row === undefined ? null : { symbol, ...row, at: epochMs(row.at) }
    },
  }
}
