import type { TradedPair } from '../../shared/ids.ts'
import { type EpochMs, epochMs } from '../../shared/time.ts'
import type { Forecast, ScoredForecast } from '../domain/calibration.ts'
import type { Regime } from '../domain/signal.ts'
import type { ForecastStore, Transact } from '../ports.ts'
import { insertInto, type Sql } from './columns.ts'

type Row = {
  readonly agent: string
  readonly symbol: string
  readonly regime: string | null
  readonly bias: 'long' | 'short'
  readonly confidence: number
  readonly price: number
  readonly said_at: number
  readonly horizon_ms: number
  readonly scored_at: number | null
  readonly price_then: number | null
  readonly is_right: number | null
}
const KEPT = ['agent', 'symbol', 'regime', 'bias', 'confidence', 'price', 'said_at', 'horizon_ms'] as const

export function createForecastStore(sql: Sql, transact: Transact): ForecastStore {
  const insert = sql.prepare(`${insertInto('agent_scores', KEPT)} ON CONFLICT DO NOTHING`)
  const settle = sql.prepare(
    `UPDATE agent_scores SET scored_at = ?, price_then = ?, is_right = ?
     WHERE agent = ? AND symbol = ? AND said_at = ? AND horizon_ms = ?`,
  )
  const columns = `SELECT ${KEPT.join(', ')}, scored_at, price_then, is_right FROM agent_scores`
  const scored = sql.prepare<[], Row>(`${columns} WHERE scored_at IS NOT NULL ORDER BY seq`)
  const waiting = sql.prepare<[], Row>(`${columns} WHERE scored_at IS NULL ORDER BY seq`)
  return {
    add: (forecasts) =>
      transact(() =>
        forecasts
          .map(
            (each) =>
              insert.run(
                each.agent,
                each.symbol,
                each.regime,
                each.bias,
                each.confidence,
                each.price,
                each.saidAt,
                each.horizonMs,
              ).changes,
          )
          .every((changes) => changes === 1),
      ),
    settle({ agent, symbol, saidAt, horizonMs, scoredAt, priceThen, isRight }) {
      settle.run(scoredAt, priceThen, isRight === null ? null : Number(isRight), agent, symbol, saidAt, horizonMs)
    },
    *scored() {
      for (const row of scored.iterate()) yield { ...forecastOf(row), ...outcomeIn(row) }
    },
    waiting: () => waiting.all().map(forecastOf),
  }
}

const forecastOf = (row: Row): Forecast => ({
  agent: row.agent,
  symbol: row.symbol as TradedPair,
  regime: row.regime as Regime | null,
  bias: row.bias,
  confidence: row.confidence,
  price: row.price,
  saidAt: epochMs(row.said_at),
  horizonMs: row.horizon_ms,
})

const outcomeIn = ({ scored_at, price_then, is_right }: Row): Omit<ScoredForecast, keyof Forecast> => ({
  scoredAt: scored_at as EpochMs,
  priceThen: price_then,
  isRight: is_right === null ? null : is_right === 1,
})
