/*
 * A replay's report as it stands in report.json: times as ISO 8601 text in UTC, money and amounts as decimal text in units
 * named by their place (values in the quote, amounts in the asset).
 */

type ReportInput = {
  readonly symbol: string
  /** Without its folder. */
  readonly name: string
  readonly sha256: string
  readonly rows: number
  readonly intervalMs: number
  readonly gaps: {
    readonly count: number
    readonly missingCandles: number
    /** Epoch milliseconds of the first missing candle. */
    readonly first: readonly { readonly from: number; readonly missing: number }[]
  }
}

type ReportTrade = {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly amount: string
  readonly price: string
  readonly fee: string
  readonly feeAsset: string
}

export type ReportRebalance = {
  readonly time: string
  /** Fractions by asset: 0.3333 is a third. */
  readonly weightsBefore: Readonly<Record<string, string>>
  readonly weightsAfter: Readonly<Record<string, string>>
  readonly trades: readonly ReportTrade[]
  /** In quote at the moment of each fill. */
  readonly fees: string
}

type ReportCurve = {
  readonly horizonMs: number
  readonly scored: number
  /** Fractions; null while nothing was scored. */
  readonly hitRate: number | null
  readonly brier: number | null
  readonly bins: ReadonlyArray<{
    readonly from: number
    readonly to: number
    readonly count: number
    readonly said: number
    readonly came: number
  }>
}

export type TacticalReport = {
  /** Confidence against outcome, by agent. */
  readonly calibration: ReadonlyArray<{ readonly agent: string; readonly horizons: readonly ReportCurve[] }>
  /** Positions that were closed, oldest first. */
  readonly trades: ReadonlyArray<{
    readonly openedAt: string
    readonly closedAt: string | null
    readonly symbol: string
    readonly side: 'long' | 'short'
    readonly amount: string
    /** Average prices; null where nothing traded. The exit is that of its last order. */
    readonly entry: string | null
    readonly exit: string | null
    readonly exitReason: string | null
    /** In quote, all fees deducted. */
    readonly realized: string
    readonly confidence: number | null
    readonly reason: string
  }>
  /** Every time that a circuit breaker tripped. */
  readonly breakers: ReadonlyArray<{ readonly time: string; readonly breaker: string; readonly text: string }>
}

/** Amounts in quote, after fees. */
export type ConflictReport = {
  /** All six types, also those that never came up. */
  readonly byType: Readonly<Record<string, number>>
  readonly byResolver: ReadonlyArray<{
    readonly by: string
    /** Those that are scored. */
    readonly answers: number
    readonly earned: string
    /** What the defaults would have earned in their place. */
    readonly byDefault: string
    readonly costUsd: string
  }>
  /** Oldest first. */
  readonly cases: ReadonlyArray<{
    readonly time: string
    readonly type: string
    readonly symbol: string
    readonly says: readonly string[]
    readonly by: string | null
    /** What was answered, and what was done: another option where the answer was to wait. */
    readonly decided: string | null
    readonly applied: string | null
    /** Option → what it would have earned; null where nobody can know, and nothing while it is not scored. */
    readonly earned: Readonly<Record<string, string | null>>
  }>
}

/** The same recording without the analysts. */
export type AloneReport = {
  readonly finalEquity: string | null
  readonly maxDrawdown: string
  readonly rebalances: number
  readonly fees: string
}

export type Report = {
  readonly engineVersion: string
  readonly inputs: readonly ReportInput[]
  /** By dotted name, as in the configuration files. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly checks: number
  readonly rebalances: readonly ReportRebalance[]
  readonly agentRuns: number
  readonly conflicts: ConflictReport
  /** Null where the analysts were switched off; so is the comparison with rebalancing alone. */
  readonly tactical: TacticalReport | null
  readonly rebalancingAlone: AloneReport | null
  readonly orders: number
  readonly fills: number
  readonly fees: string
  readonly feesByAsset: Readonly<Record<string, string>>
  /** Asset → sleeve → amount. */
  readonly finalHoldings: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Null where some asset never had a price. */
  readonly finalEquity: string | null
  readonly holdEquity: string | null
  /** Fraction of the running peak. */
  readonly maxDrawdown: string
  readonly ledgerBalanced: boolean
  /** The end of the chain of audit rows that this run wrote. */
  readonly auditHead: { readonly seq: number; readonly hash: string }
  readonly digest: string
  readonly wallSeconds: number
  readonly candlesPerSecond: number
}

/** Columns of equal length, for charts only: floats, NaN where unknown. */
export type ReportSeries = {
  /** Epoch milliseconds. */
  readonly at: readonly number[]
  readonly equity: readonly number[]
  readonly hold: readonly number[]
  /** Fraction below the running peak, 0 … 1. */
  readonly drawdown: readonly number[]
  /** Fractions by asset, in order of stacking. */
  readonly weights: Readonly<Record<string, readonly number[]>>
  /** Epoch milliseconds of rebalances (thinned where there are very many). */
  readonly rebalances: readonly number[]
}

export type ReportData = { readonly report: Report; readonly series: ReportSeries }
