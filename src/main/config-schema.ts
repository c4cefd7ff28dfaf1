import { z } from 'zod'
import { Asset, TradedPair } from '../shared/ids.ts'
import { type Amount, type Decimal, decimal, type Fraction, type Money, type Price } from '../shared/money.ts'
import { decimalOf, flag, integer, isPrivate, number, share, text } from '../shared/setting.ts'
import { SECOND } from '../shared/time.ts'
import { AGENT_KINDS } from './agent-kinds.ts'
import type { AgentKind, AgentMaker } from './agents/agent.ts'
import { runningOrder } from './agents/running-order.ts'
import { SWITCHES } from './domain/degradation.ts'

/* The shape and bounds of every setting. Their meaning stands beside them in config/*.yaml. */

/** Where a key is sent. */
const url = z
  .string()
  .regex(/^(https?|wss?):\/\/[^\s]+$/, 'expected a URL such as https://api.kraken.com')
  .refine(isPrivate, 'expected https or wss, because a key is sent there (without TLS only to this machine)')

const byAsset = <T extends z.ZodType>(value: T) => z.record(Asset, value)
const byPair = <T extends z.ZodType>(value: T) => z.record(TradedPair, value)
const LARGE = '1000000000000'

const switches = z.array(z.enum(SWITCHES))

const orchestration = z.strictObject({
  schedule: z
    .strictObject({
      portfolio_check_minutes: integer(1, 1440),
      portfolio_check_offset_seconds: integer(0, 3600),
      portfolio_check_on_start: flag,
    })
    .refine((own) => own.portfolio_check_offset_seconds < own.portfolio_check_minutes * 60, {
      message: 'expected less than portfolio_check_minutes',
      path: ['portfolio_check_offset_seconds'],
    }),
  bus: z.strictObject({
    history_per_topic: integer(1, 100_000),
    queue_capacity: integer(1, 1_000_000),
    handler_time_limit_ms: integer(1, 600_000),
  }),
  degradation: z.strictObject({
    failures_to_rise: integer(1, 100),
    successes_to_fall: integer(1, 100),
    try_models_after_minutes: number('0.1', '1440'),
    switched_off: z
      .strictObject({ reduced: switches, limited: switches, emergency: switches })
      .refine(({ reduced, limited }) => reduced.every((each) => limited.includes(each)), {
        message: 'expected what the level reduced switches off',
        path: ['limited'],
      })
      .refine(({ limited, emergency }) => limited.every((each) => emergency.includes(each)), {
        message: 'expected what the level limited switches off',
        path: ['emergency'],
      }),
  }),
  conflicts: z.strictObject({
    default_after_seconds: integer(1, 86_400),
    ask_time_limit_seconds: integer(1, 600),
    wait_at_most_hours: number('0.1', '168'),
    score_after_hours: number('0.1', '168'),
    sentiment_gap: share,
    correlation_above: share,
    risk_modified_below: decimalOf<Decimal>('0', '1'),
    tighten_stop_to: number('0.1', '0.9'),
  }),
  market_data: z.strictObject({ candles_kept: integer(100, 100_000) }),
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
/** What is asked for after a row of losses may be more, not less. */
const LEAST_AFTER_LOSSES = [
  { losses: 3, confidence: 0.7 },
  { losses: 5, confidence: 0.8 },
]
const MOST_STOP_OF_BITCOIN = decimal('3')
const BITCOIN_STOP = 'expected a stop at most 3 from the entry on BTC'
const isOfBitcoin = (symbol: string): boolean => symbol.startsWith('BTC/')
const risk = z.strictObject({
  minimum_confidence: number('0.5', '1'),
  after_losses: z
    .array(z.strictObject({ losses: integer(1, 100), minimum_confidence: share }))
    .refine((steps) => steps.every(({ losses }, i) => losses > (steps[i - 1]?.losses ?? 0)), {
      message: 'expected more losses from step to step',
      abort: true,
    })
    .refine((steps) => steps.every((step, i) => step.minimum_confidence >= (steps[i - 1]?.minimum_confidence ?? 0)), {
      message: 'expected no less confidence from step to step',
      abort: true,
    })
    .superRefine((steps, context) => {
      for (const { losses, confidence } of LEAST_AFTER_LOSSES) {
        if (steps.some((step) => step.losses <= losses && step.minimum_confidence >= confidence)) continue
        context.addIssue(`expected a confidence of at least ${confidence.toFixed(2)} after ${losses} losses`)
      }
    }),
  unknown_regime_size: share,
  confidence_tiers: z
    .array(z.strictObject({ from: share, size: share }))
    .min(1, 'expected at least one tier')
    .refine((tiers) => tiers.every(({ from }, i) => from > (tiers[i - 1]?.from ?? -1)), {
      message: 'expected a higher confidence from tier to tier',
    })
    .refine((tiers) => tiers.every(({ size }, i) => size >= (tiers[i - 1]?.size ?? 0)), {
      message: 'expected no smaller size from tier to tier',
    }),
  risk_per_trade_percent: percent('0.01', '2'),
  max_position_percent: percent('0.1', '20'),
  max_exposure_percent: percent('0.1', '80'),
  max_positions_per_symbol: integer(1, 2),
  max_positions: integer(1, 5),
  stop: z
    .strictObject({
      atr_multiple: percent('0.1', '10'),
      min_percent: percent('0.5', '5'),
      max_percent: percent('0.5', '5'),
      max_percent_by_symbol: byPair(percent('0.5', '5')),
    })
    .superRefine(({ min_percent, max_percent, max_percent_by_symbol }, context) => {
      const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
      const bySymbol = Object.entries(max_percent_by_symbol)
      if (max_percent.lt(min_percent)) refuse(['max_percent'], 'expected no less than min_percent')
      for (const [symbol, most] of bySymbol) {
        const path = ['max_percent_by_symbol', symbol]
        if (most.lt(min_percent)) refuse(path, 'expected no less than min_percent')
        if (isOfBitcoin(symbol) && most.gt(MOST_STOP_OF_BITCOIN)) refuse(path, BITCOIN_STOP)
      }
      if (max_percent.gt(MOST_STOP_OF_BITCOIN) && !bySymbol.some(([symbol]) => isOfBitcoin(symbol))) {
        refuse(['max_percent_by_symbol'], BITCOIN_STOP)
      }
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
  breakers: z.strictObject({
    day_loss_percent: percent('0.1', '5'),
    week_loss_percent: percent('0.1', '10'),
    drawdown_percent: percent('0.1', '20'),
    losses_in_a_row: integer(1, 5),
    pause_minutes: integer(30, 10_080),
  }),
  drawdown_warning_percent: number('1', '100'),
})

const provider = z.strictObject({
  base_url: url,
  model: text,
  max_output_tokens: integer(16, 32_000),
  usd_per_million_input: decimalOf<Decimal>('0', '1000'),
  usd_per_million_output: decimalOf<Decimal>('0', '1000'),
})
/** What every agent's block has, besides what is the agent's own. */
export const agentSchedule = z
  .object({
    enabled: flag,
    every_minutes: integer(1, 1_440),
    offset_seconds: integer(0, 3_599),
    on_start: flag,
    at_once: integer(1, 100),
    time_limit_seconds: integer(1, 600),
  })
  .refine(({ every_minutes, offset_seconds }) => offset_seconds < every_minutes * 60, {
    message: 'expected less than the interval',
    path: ['offset_seconds'],
  })
const SCHEDULE_KEYS = new Set(Object.keys(agentSchedule.shape))

type AgentBlock = z.infer<typeof agentSchedule> & AgentMaker
/** The kind checks its own keys, so that this file knows none of them. */
const agentBlock = ({ block }: AgentKind) =>
  z.record(z.string(), z.unknown()).transform((all, context): AgentBlock => {
    const own = Object.entries(all).filter(([key]) => !SCHEDULE_KEYS.has(key))
    const common = agentSchedule.safeParse(all)
    const rest = block.safeParse(Object.fromEntries(own))
    for (const { error } of [common, rest]) {
      for (const issue of error?.issues ?? []) context.issues.push({ ...issue, input: all } as z.core.$ZodRawIssue)
    }
    if (common.success && rest.success && common.data.time_limit_seconds * SECOND <= rest.data.asksForMs) {
      const asks = rest.data.asksForMs / SECOND
      const message = `expected more than ${asks} seconds: so long it may ask others`
      context.issues.push({ code: 'custom', input: all, path: ['time_limit_seconds'], message })
      return z.NEVER
    }
    return common.success && rest.success ? { ...common.data, ...rest.data } : z.NEVER
  })
const agentBlocks = Object.fromEntries([...AGENT_KINDS].map(([name, kind]) => [name, agentBlock(kind)]))

const models = z.strictObject({
  budget_usd_per_day: decimalOf<Decimal>('0', '10000'),
  budget_usd_per_decision: decimalOf<Decimal>('0', '1000'),
  failures_in_a_row: integer(1, 100),
  left_alone_minutes: number('0.1', '1440'),
})

const agents = z.strictObject({
  agents: z.strictObject(agentBlocks).superRefine((blocks, context) => {
    for (const [name, { reads }] of Object.entries(blocks)) {
      for (const other of reads.filter((each) => !AGENT_KINDS.has(each))) {
        context.addIssue({ code: 'custom', path: [name], message: `expected agents that exist, found ${other}` })
      }
    }
    const order = runningOrder(Object.entries(blocks).map(([name, { reads }]) => ({ name, reads })))
    if (!order.ok) context.addIssue(order.error.message)
  }),
  models,
  deepseek: provider,
  claude: provider,
})

export const schemas = { orchestration, portfolio, execution, risk, agents } as const
