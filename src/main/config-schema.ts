import { z } from 'zod'
import { Asset, TradedPair } from '../shared/ids.ts'
import { type Amount, type Decimal, decimal, type Fraction, type Money, type Price } from '../shared/money.ts'

/*
 * The shape and bounds of every setting. Scalars arrive as text and are parsed here, so that no float comes between the
 * file and a decimal. Their meaning stands beside them in config/*.yaml.
 */

/** `-0` is nobody's intention. */
const NUMBER = /^(?!-0(\.0+)?$)-?\d{1,15}(\.\d{1,15})?$/
const numberText = z
  .string({ error: 'expected a number' })
  .regex(NUMBER, { error: 'expected a plain number such as 0.5', abort: true })
const bounded = (low: string, high: string) =>
  numberText.refine(
    (text) => {
      const value = decimal(text)
      return value.gte(decimal(low)) && value.lte(decimal(high))
    },
    { error: `expected a number from ${low} to ${high}`, abort: true },
  )

/** A float for durations, counts and indicator weights. */
const number = (low: string, high: string) => bounded(low, high).transform(Number)
const integer = (low: number, high: number) =>
  bounded(String(low), String(high))
    .refine((text) => /^-?\d+$/.test(text), 'expected a whole number')
    .transform(Number)
const decimalOf = <T extends Decimal>(low: string, high: string) =>
  bounded(low, high).transform((text) => decimal(text) as T)
const text = z.string().min(1, 'expected a text')
const flag = z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true')
const url = z.string().regex(/^(https?|wss?):\/\/[^\s]+$/, 'expected a URL such as https://api.kraken.com')

const byAsset = <T extends z.ZodType>(value: T) => z.record(Asset, value)
const byPair = <T extends z.ZodType>(value: T) => z.record(TradedPair, value)
const LARGE = '1000000000000'

const orchestration = z.strictObject({
  schedule: z.strictObject({
    technical_analysis_minutes: integer(1, 1440),
    regime_detection_minutes: integer(1, 1440),
    portfolio_check_minutes: integer(1, 1440),
    portfolio_check_on_start: flag,
  }),
  bus: z.strictObject({
    history_per_topic: integer(1, 100_000),
    queue_capacity: integer(1, 1_000_000),
    handler_time_limit_ms: integer(1, 600_000),
  }),
  conflicts: z.strictObject({
    default_after_seconds: integer(1, 86_400),
    ask_time_limit_seconds: integer(1, 600),
  }),
  view: z.strictObject({ update_every_ms: integer(50, 5_000), snapshot_every_minutes: integer(1, 60) }),
})

const portfolio = z
  .strictObject({
    quote: Asset,
    targets: byAsset(integer(0, 1_000)),
    rebalancing: z.strictObject({
      threshold: decimalOf<Decimal>('0.01', '100'),
      threshold_kind: z.enum(['absolute', 'relative'], 'expected absolute or relative'),
      threshold_by_asset: byAsset(decimalOf<Decimal>('0.01', '100')),
      rebalance_to: z.enum(['target', 'band'], 'expected target or band'),
      selling: z.enum(['allowed', 'never'], 'expected allowed or never'),
      new_money: z.enum(['buy', 'wait'], 'expected buy or wait'),
      max_cost_percent: decimalOf<Decimal>('0', '100'),
      cooldown_minutes: integer(0, 100_000),
      order_type: z.enum(['limit', 'market', 'post_only'], 'expected limit, market or post_only'),
      strategy_by: z.enum(['settings', 'llm'], 'expected settings or llm'),
      slice_above: decimalOf<Money>('0', LARGE),
      slices: integer(1, 100),
      slice_every_minutes: integer(1, 10_080),
    }),
    approval: z.strictObject({
      rebalance: z.enum(['manual', 'auto']),
      tactical: z.enum(['manual', 'auto']),
      auto_max_value: decimalOf<Money>('0', LARGE),
      auto_max_per_day: integer(0, 1_000_000),
      expires_minutes: integer(1, 1_440),
      max_price_move_percent: decimalOf<Decimal>('0', '100'),
    }),
    lots: z.strictObject({ method: z.enum(['fifo', 'lifo', 'hifo', 'average']) }),
    movements: z.strictObject({ default_after_hours: integer(1, 8_760) }),
    bags: z
      .strictObject({
        profit_share_percent: decimalOf<Decimal>('0', '100'),
        minimum_purchase: byAsset(decimalOf<Amount>('0', LARGE)),
        max_purchase: decimalOf<Amount>('0', LARGE),
        max_purchase_per_day: decimalOf<Amount>('0', LARGE),
      })
      .refine((bags) => Object.values(bags.minimum_purchase).every((least) => least.lte(bags.max_purchase)), {
        message: 'expected no minimum_purchase above max_purchase',
        path: ['max_purchase'],
      })
      .refine((bags) => bags.max_purchase.lte(bags.max_purchase_per_day), {
        message: 'expected max_purchase_per_day not below max_purchase',
        path: ['max_purchase_per_day'],
      }),
    live: z.strictObject({ bags: byAsset(decimalOf<Amount>('0', LARGE)) }),
    paper: z.strictObject({
      core: byAsset(decimalOf<Amount>('0', LARGE)),
      bags: byAsset(decimalOf<Amount>('0', LARGE)),
    }),
  })
  .refine((value) => Object.hasOwn(value.targets, value.quote), {
    message: 'expected the quote asset among the targets',
    path: ['targets'],
  })
  .refine((value) => Object.values(value.targets).some((parts) => parts > 0), {
    message: 'expected at least one target above 0',
    path: ['targets'],
  })

const execution = z.strictObject({
  mode: z.enum(['paper', 'live'], 'expected paper or live'),
  orders: z.strictObject({
    deadline_ms: integer(500, 60_000),
    requote_seconds: integer(1, 3_600),
    quotes: integer(1, 100),
    slippage_cap_percent: decimalOf<Decimal>('0', '100'),
    exit_slippage_cap_percent: decimalOf<Decimal>('0.1', '50'),
    dead_man_seconds: integer(0, 600).refine((seconds) => seconds === 0 || seconds >= 20, 'expected 0, or 20 and more'),
    reconcile_seconds: integer(1, 3_600),
  }),
  gate: z.strictObject({
    collar_percent: decimalOf<Decimal>('0', '100'),
    max_notional_per_order: decimalOf<Money>('0', LARGE),
    max_notional_per_day: decimalOf<Money>('0', LARGE),
    max_orders_per_minute: integer(1, 1_000_000),
    stale_price_ms: integer(0, 3_600_000),
  }),
  paper_slippage: decimalOf<Fraction>('0', '0.5'),
  markets: byPair(
    z.strictObject({
      lot: decimalOf<Amount>('0.000000000001', LARGE),
      tick: decimalOf<Price>('0.000000000001', LARGE),
      min_amount: decimalOf<Amount>('0', LARGE),
      min_cost: decimalOf<Amount>('0', LARGE),
      taker_fee: decimalOf<Fraction>('0', '0.5'),
      maker_fee: decimalOf<Fraction>('0', '0.5'),
      half_spread: decimalOf<Fraction>('0', '0.5'),
    }),
  ),
  simulated_market: z.strictObject({
    seed: integer(0, 2_147_483_647),
    speed: number('0.01', '100000'),
    price_every_seconds: number('0.1', '3600'),
    start_prices: byPair(number('0.00000001', LARGE)),
    hourly_volatility: byPair(number('0', '1')),
    move_every_hours: number('0.01', '100000'),
    move_size: number('0', '0.9'),
    move_minutes: number('0.1', '10000'),
  }),
  kraken: z.strictObject({
    rest_url: url,
    ws_url: url,
    ws_auth_url: url,
    timeout_ms: integer(100, 120_000),
    tier: z.enum(['starter', 'intermediate', 'pro'], 'expected starter, intermediate or pro'),
  }),
})

const percent = (low: string, high: string) => decimalOf<Decimal>(low, high)
const risk = z.strictObject({
  minimum_confidence: number('0', '1'),
  risk_per_trade_percent: percent('0.01', '2'),
  max_position_percent: percent('0.1', '20'),
  max_exposure_percent: percent('0.1', '80'),
  max_positions_per_symbol: integer(1, 2),
  max_positions: integer(1, 5),
  stop: z.strictObject({
    atr_multiple: percent('0.1', '10'),
    min_percent: percent('0.1', '5'),
    max_percent: percent('0.5', '5'),
    max_percent_by_symbol: byPair(percent('0.5', '5')),
  }),
  reward_to_risk: percent('1.5', '10'),
  exits: z.strictObject({
    trail_from_percent: percent('0.1', '100'),
    trail_distance_percent: percent('0.1', '50'),
    trail_step_percent: percent('0.01', '10'),
    break_even_from_percent: percent('0', '100'),
    max_hours: integer(0, 100_000),
  }),
  margin: z.strictObject({ enabled: flag, leverage: integer(2, 5) }),
  drawdown_warning_percent: number('1', '100'),
})

const provider = z.strictObject({
  base_url: url,
  model: text,
  max_output_tokens: integer(16, 32_000),
  usd_per_million_input: decimalOf<Decimal>('0', '1000'),
  usd_per_million_output: decimalOf<Decimal>('0', '1000'),
})
const share = number('0', '1')
const period = integer(2, 1_000)
const technicalAnalysis = z
  .strictObject({
    ema_fast: period,
    ema_medium: period,
    ema_slow: period,
    ema_base: period,
    rsi_period: period,
    macd_fast: period,
    macd_slow: period,
    macd_signal: period,
    atr_period: period,
    adx_period: period,
    bollinger_period: period,
    bias: z.strictObject({
      trend_weight: share,
      momentum_weight: share,
      strength_weight: share,
      min_gap_atr: number('0', '10'),
      full_histogram_atr: number('0.001', '10'),
      full_rsi_distance: number('1', '50'),
      no_strength_adx: number('0', '99'),
      full_strength_adx: number('1', '100'),
      stretched_from: number('0', '10'),
      fully_stretched_at: number('0.1', '20'),
      stretch_penalty: share,
      neutral_below: share,
    }),
  })
  .refine(({ bias }) => Math.abs(bias.trend_weight + bias.momentum_weight + bias.strength_weight - 1) < 1e-9, {
    message: 'expected trend_weight, momentum_weight and strength_weight to sum to 1',
    path: ['bias'],
  })
  .refine(
    ({ ema_fast, ema_medium, ema_slow, ema_base }) =>
      ema_fast < ema_medium && ema_medium < ema_slow && ema_slow < ema_base,
    {
      message: 'expected the averages from fast to slow',
      path: ['ema_fast'],
    },
  )
  .refine(({ macd_fast, macd_slow }) => macd_fast < macd_slow, {
    message: 'expected macd_fast below macd_slow',
    path: ['macd_fast'],
  })
  .refine(
    ({ bias }) => bias.no_strength_adx < bias.full_strength_adx && bias.stretched_from < bias.fully_stretched_at,
    {
      message: 'expected no_strength_adx below full_strength_adx and stretched_from below fully_stretched_at',
      path: ['bias'],
    },
  )

const regimeDetection = z
  .strictObject({
    adx_period: period,
    atr_period: period,
    choppiness_period: period,
    slope_ema: period,
    slope_candles: period,
    volatility_window: period,
    range_candles: period,
    confirmations: integer(1, 100),
    rules: z.strictObject({
      trend_adx: number('0', '99'),
      full_trend_adx: number('1', '100'),
      trend_slope: number('0', '100'),
      full_trend_slope: number('0.001', '100'),
      volatile_from: share,
      quiet_up_to: share,
      edge: number('0', '0.5'),
      choppy_from: number('0', '100'),
    }),
    size_multipliers: z.strictObject({
      trending_bull: share,
      trending_bear: share,
      ranging: share,
      volatile_bull: share,
      volatile_bear: share,
      choppy: share,
      breakout_potential: share,
    }),
  })
  .refine(({ rules }) => rules.trend_adx < rules.full_trend_adx && rules.trend_slope < rules.full_trend_slope, {
    message: 'expected trend_adx below full_trend_adx and trend_slope below full_trend_slope',
    path: ['rules'],
  })
  .refine(({ rules }) => rules.quiet_up_to < rules.volatile_from, {
    message: 'expected quiet_up_to below volatile_from',
    path: ['rules'],
  })

const agents = z.strictObject({
  technical_analysis: technicalAnalysis,
  regime_detection: regimeDetection,
  deepseek: provider,
  claude: provider,
})

export const schemas = { orchestration, portfolio, execution, risk, agents } as const
