/**
 * What a replay means, calculated a second time so that the engine can be checked against it.
 *
 * Shares nothing with src/ and uses no decimal library: every number is a BigInt at a fixed scale, every
 * comparison is exact, and only texts that cannot be finite (weights, drawdown) are rounded, to 18 places.
 * Source: design/1-domain.md, Rebalancing.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const ASSETS = ['BTC', 'XRP', 'USDT'] as const
type Asset = (typeof ASSETS)[number]
type Side = 'buy' | 'sell'
type PerAsset<T> = Record<Asset, T>
const QUOTE = 'USDT'
const THIRDS = BigInt(ASSETS.length)

// A traded amount (8 places) × price (12) × fee (8) has at most 28 places: holdings at 28 places are never rounded.
const LOT_DP = 8
const PRICE_DP = 12
const FEE_DP = 8
const AMOUNT_DP = LOT_DP + PRICE_DP + FEE_DP
const VALUE_DP = AMOUNT_DP + PRICE_DP
const ten = (dp: number) => 10n ** BigInt(dp)
const ONE_PRICE = ten(PRICE_DP)
const ONE_FEE = ten(FEE_DP)

/** `time` in epoch seconds at candle open, `close` in quote per base. */
export type Row = { time: number; close: string }
/** `file` is .csv or .csv.gz with a header. */
export type Candles = { symbol: string } & ({ file: string } | { rows: readonly Row[] })
export type Minimums = Record<string, { amount: string; cost: string }>
export type ReplayInput = {
  candles: readonly Candles[]
  /** Epoch seconds, or ISO text in UTC. Candles that open in [from, to) count. */
  from?: number | string
  to?: number | string
  /** The core sleeve; what is absent is 0. */
  balance: Partial<PerAsset<string>>
  bags?: Partial<PerAsset<string>>
  feeText?: string
  thresholdPpText: string
  /** Per base asset; 1e-8 where absent. */
  lots?: Record<string, string>
  /** Per symbol, cost in its quote; MINIMUMS where absent. */
  minimums?: Minimums
}
export type Trade = { symbol: string; side: Side; amount: string; price: string; fee: string; feeAsset: Asset }
export type Rebalance = {
  time: number
  timeIso: string
  weightsBefore: PerAsset<string>
  weightsAfter: PerAsset<string>
  trades: Trade[]
  /** In USDT at this moment's prices. */
  fees: string
}
/** Values in USDT; `finalHoldings` is the core sleeve alone; null where some asset never had a price. */
export type ReplayResult = {
  checks: number
  rebalances: Rebalance[]
  feesUsdt: string
  finalHoldings: PerAsset<string>
  finalEquity: string | null
  holdEquity: string | null
  maxDrawdown: string
}
export const MINIMUMS: Minimums = {
  'BTC/USDT': { amount: '0.00005', cost: '0.5' },
  'XRP/USDT': { amount: '2', cost: '0.5' },
  'XRP/BTC': { amount: '2', cost: '0.00002' },
}

/** Decimal text as an integer at `dp` places; throws when it would not be exact. */
function scaled(decimal: string, dp: number): bigint {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(decimal) ?? []
  if (whole === undefined) throw new Error(`not a decimal: ${decimal}`)
  const shift = dp + Number(exponent) - fraction.length
  const digits = BigInt(sign + whole + fraction)
  if (shift >= 0) return digits * ten(shift)
  if (digits % ten(-shift) !== 0n) throw new Error(`${decimal} has more than ${dp} places`)
  return digits / ten(-shift)
}

function text(n: bigint, dp: number): string {
  const digits = abs(n)
    .toString()
    .padStart(dp + 1, '0')
  const fraction = digits.slice(digits.length - dp).replace(/0+$/, '')
  return `${n < 0n ? '-' : ''}${digits.slice(0, digits.length - dp)}${fraction && '.'}${fraction}`
}

const perAsset = <T>(of: (asset: Asset) => T): PerAsset<T> => ({ BTC: of('BTC'), XRP: of('XRP'), USDT: of('USDT') })
const sum = (numbers: readonly bigint[]) => numbers.reduce((a, b) => a + b, 0n)
const abs = (n: bigint) => (n < 0n ? -n : n)
/** n ÷ d to 18 places, half up; both non-negative. */
const ratio = (n: bigint, d: bigint) => text((2n * n * ten(18) + d) / (2n * d), 18)
const values = (held: PerAsset<bigint>, price: PerAsset<bigint>) => ASSETS.map((a) => held[a] * price[a])
const worth = (held: PerAsset<bigint>, price: PerAsset<bigint>) => sum(values(held, price))

const weights = (held: PerAsset<bigint>, price: PerAsset<bigint>) =>
  perAsset((asset) => ratio(held[asset] * price[asset], worth(held, price)))

/** max |w − 1/3| ≥ threshold, with the division multiplied away so that equality is equality. */
function hasDrifted(held: PerAsset<bigint>, price: PerAsset<bigint>, thresholdPp: bigint): boolean {
  const total = worth(held, price)
  if (total === 0n) return false
  return values(held, price).some((v) => abs(THIRDS * v - total) * 100n * ONE_PRICE >= thresholdPp * THIRDS * total)
}

/** A way to trade. Per 1e-8 of base: what it spends, gains and pays as fee, all at AMOUNT_DP. */
type Way = { symbol: string; side: Side; spent: Asset; gained: Asset; quote: Asset; price: bigint } & {
  [field in 'unitSpend' | 'unitGain' | 'unitFee' | 'lot' | 'minAmount' | 'minCost']: bigint
}
type Leg = { way: Way; amount: bigint }

/** The fee is always charged in the quote: a buy pays it on top, a sell brings that much less. */
function waysOf(symbol: string, price: bigint, fee: bigint, lots: Record<string, string>, minimums: Minimums): Way[] {
  const [base, quote] = symbol.split('/').map((name) => ASSETS.find((asset) => asset === name))
  if (!base || !quote || base === quote) throw new Error(`not a pair of ${ASSETS.join(', ')}: ${symbol}`)
  const unitFee = price * fee
  const unitBase = ten(AMOUNT_DP - LOT_DP)
  const limits = {
    lot: scaled(lots[base] ?? '1e-8', LOT_DP),
    minAmount: scaled(minimums[symbol]?.amount ?? '0', LOT_DP),
    minCost: scaled(minimums[symbol]?.cost ?? '0', LOT_DP + PRICE_DP),
  }
  const unitQuote = price * ONE_FEE
  const way = { symbol, quote, price, unitFee, ...limits }
  return [
    { ...way, side: 'buy', spent: quote, gained: base, unitSpend: unitQuote + unitFee, unitGain: unitBase },
    { ...way, side: 'sell', spent: base, gained: quote, unitSpend: unitBase, unitGain: unitQuote - unitFee },
  ]
}

/** Laplace: the matrices are 3 × 3, and integers stay integers. */
function determinant(m: readonly (readonly bigint[])[]): bigint {
  const [first, ...rest] = m
  if (!first) return 1n
  const minor = (column: number) => determinant(rest.map((row) => row.filter((_, c) => c !== column)))
  return sum(first.map((v, c) => (v === 0n ? 0n : (c % 2 ? -v : v) * minor(c))))
}

/** Every two trades on different pairs: among three assets that is always a tree. */
const choices = (ways: readonly Way[]): Way[][] =>
  ways.flatMap((way, i) => ways.slice(i + 1).flatMap((other) => (other.symbol === way.symbol ? [] : [[way, other]])))

/**
 * The cheapest trades after which every asset is worth the same, fees already paid; each floored to its lot.
 * Unknowns: an amount per trade and the common value T; for each asset, price × (held + gained − spent) = T.
 * Solved by Cramer's rule: one denominator for all unknowns, so fees can be added up and compared as integers.
 */
function cheapestPlan(held: PerAsset<bigint>, price: PerAsset<bigint>, ways: readonly Way[]): Leg[] {
  const solutions = choices(ways).flatMap((trades) => {
    const matrix = ASSETS.map((asset) => [
      ...trades.map((w) => price[asset] * (w.gained === asset ? w.unitGain : w.spent === asset ? -w.unitSpend : 0n)),
      -1n,
    ])
    const d = determinant(matrix)
    const right = ASSETS.map((asset) => -held[asset] * price[asset])
    const solved = trades.map((way, k) => {
      const replaced = matrix.map((row, r) => row.map((v, c) => (c === k ? (right[r] ?? 0n) : v)))
      return { way, n: determinant(replaced) * (d < 0n ? -1n : 1n) } // amount = n ÷ |d|, in units of 1e-8
    })
    if (d === 0n || solved.some((leg) => leg.n < 0n)) return []
    const legs = solved.filter((leg) => leg.n > 0n)
    const key = legs.map((leg) => `${leg.way.symbol} ${leg.way.side}`).sort()
    return { legs, d: abs(d), fee: sum(legs.map((l) => l.n * l.way.unitFee * price[l.way.quote])), key: key.join() }
  })
  const [best] = solutions.sort((a, b) => {
    const difference = a.fee * b.d - b.fee * a.d
    if (difference !== 0n) return difference < 0n ? -1 : 1
    return a.legs.length - b.legs.length || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  })
  const floored = (best?.legs ?? []).map(({ way, n }) => ({ way, amount: floorTo(n / (best?.d ?? 1n), way.lot) }))
  return keptToItsSide(held, price, floored)
}

/**
 * Lots rounded down pay less in fees, so that every third is worth a little more: what is only sold may end below it by
 * less than a lot; and without a trade that is too small for its market, what was to pay for it would end above. As many
 * lots as that is worth are left, of the trade whose symbol comes first, and again until nothing is beyond its third.
 */
function keptToItsSide(held: PerAsset<bigint>, price: PerAsset<bigint>, legs: readonly Leg[]): Leg[] {
  const kept = legs.map((leg) => ({ ...leg })).sort((a, b) => (a.way.symbol < b.way.symbol ? -1 : 1))
  for (;;) {
    for (const leg of kept) if (isTooSmall(leg)) leg.amount = 0n
    const after = { ...held }
    for (const { way, amount } of kept) {
      after[way.spent] -= amount * way.unitSpend
      after[way.gained] += amount * way.unitGain
    }
    const total = worth(after, price)
    const isTraded = ({ amount }: Leg) => amount > 0n
    let isKept = true
    for (const asset of ASSETS) {
      const going = kept.filter((leg) => isTraded(leg) && leg.way.spent === asset)
      const coming = kept.filter((leg) => isTraded(leg) && leg.way.gained === asset)
      const lotsWorth = (of: readonly Leg[]) =>
        sum(of.map(({ way }) => way.lot * way.price * price[way.quote] * ONE_FEE))
      // Through USDT, say, value passes: it may miss its third by the lots of its trades.
      const allowed = going.length > 0 && coming.length > 0 ? lotsWorth([...going, ...coming]) * THIRDS : 0n
      const above = after[asset] * price[asset] * THIRDS - total
      const isTooLittle = going.length > 0 && -above > allowed
      const off = (isTooLittle ? -above : above) - allowed
      if (off <= 0n || (!isTooLittle && coming.length === 0)) continue
      isKept = false
      let left = off
      for (const leg of isTooLittle ? going : coming) {
        if (left <= 0n) break
        const perLot = leg.way.lot * leg.way.price * price[leg.way.quote] * ONE_FEE * THIRDS
        const lots = (left + perLot - 1n) / perLot
        const taken = lots * leg.way.lot > leg.amount ? leg.amount : lots * leg.way.lot
        leg.amount -= taken
        left -= (taken / leg.way.lot) * perLot
      }
    }
    if (isKept) return kept
  }
}
const isTooSmall = ({ way, amount }: Leg): boolean => amount < way.minAmount || amount * way.price < way.minCost
const floorTo = (n: bigint, lot: bigint) => n - (n % lot)

/** Sells before buys, a trade after those that fund it; never more is spent than is there; small legs are dropped. */
function execute(core: PerAsset<bigint>, legs: readonly Leg[], price: PerAsset<bigint>) {
  const held = { ...core }
  const trades: Trade[] = []
  let fees = 0n
  const rank = ({ way }: Leg) => (way.side === 'sell' ? '0' : '1') + way.symbol
  const waiting = [...legs].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  while (waiting.length > 0) {
    const isFunded = ({ way, amount }: Leg) => amount * way.unitSpend <= held[way.spent]
    for (const leg of waiting.splice(Math.max(waiting.findIndex(isFunded), 0), 1)) {
      const { way } = leg
      const amount = isFunded(leg) ? leg.amount : floorTo(held[way.spent] / way.unitSpend, way.lot)
      if (amount === 0n || isTooSmall({ way, amount })) continue
      held[way.spent] -= amount * way.unitSpend
      held[way.gained] += amount * way.unitGain
      const fee = amount * way.unitFee
      fees += fee * price[way.quote]
      const { symbol, side, quote: feeAsset } = way
      const texts = { amount: text(amount, LOT_DP), price: text(way.price, PRICE_DP), fee: text(fee, AMOUNT_DP) }
      trades.push({ symbol, side, ...texts, feeAsset })
    }
  }
  return { held, trades, fees }
}

function readRows(file: string): Row[] {
  const bytes = readFileSync(file)
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/)
  const [header = [], ...rows] = lines.map((line) => line.split(','))
  const [time, close] = [header.indexOf('time'), header.indexOf('close')]
  return rows.map((cells) => ({ time: Number(cells[time]), close: cells[close] ?? '' }))
}

function epochSeconds(when: number | string): number {
  if (typeof when === 'number') return when
  const seconds = /^\d{4}-\d\d-\d\d$|Z$/.test(when) ? Date.parse(when) / 1000 : Number.NaN // the rest is local time
  if (Number.isNaN(seconds)) throw new Error(`not a time in UTC: ${when}`)
  return seconds
}

/** Close time → the prices that become fresh at that moment. */
function closes(candles: readonly Candles[], from: number, to: number): [time: number, fresh: Map<string, bigint>][] {
  const steps = new Map<number, Map<string, bigint>>()
  for (const source of candles) {
    const rows = 'rows' in source ? source.rows : readRows(source.file)
    const spacings = rows.map((row, i) => row.time - (rows[i - 1]?.time ?? -Infinity))
    const interval = spacings.reduce((least, spacing) => Math.min(least, spacing), Infinity)
    if (!(interval > 0 && interval < Infinity)) throw new Error(`${source.symbol}: interval ${interval} s`)
    for (const { time, close } of rows) {
      if (time < from || time >= to) continue
      const price = scaled(close, PRICE_DP)
      if (price <= 0n) throw new Error(`${source.symbol}: price ${close} at ${time}`)
      const fresh = steps.get(time + interval) ?? new Map<string, bigint>()
      steps.set(time + interval, fresh.set(source.symbol, price))
    }
  }
  return [...steps].sort(([a], [b]) => a - b)
}

export function independentReplay(input: ReplayInput): ReplayResult {
  const amounts = (texts: Partial<PerAsset<string>>) => perAsset((a) => scaled(texts[a] ?? '0', AMOUNT_DP))
  const fee = scaled(input.feeText ?? '0.0040', FEE_DP)
  const threshold = scaled(input.thresholdPpText, PRICE_DP)
  const { lots = {}, minimums = MINIMUMS } = input
  const bags = amounts(input.bags ?? {})
  let core = amounts(input.balance)
  let hold = core
  let checks = 0
  let fees = 0n
  const rebalances: Rebalance[] = []
  const last: PerAsset<bigint | undefined> = { BTC: undefined, XRP: undefined, USDT: ONE_PRICE }
  let price: PerAsset<bigint> | undefined // set once every asset has one
  let peak = 0n
  let deepest = { fall: 0n, peak: 1n }

  const from = epochSeconds(input.from ?? Number.MIN_SAFE_INTEGER)
  const to = epochSeconds(input.to ?? Number.MAX_SAFE_INTEGER)
  for (const [time, fresh] of closes(input.candles, from, to)) {
    for (const asset of ASSETS) last[asset] = fresh.get(`${asset}/${QUOTE}`) ?? last[asset]
    const { BTC, XRP, USDT } = last
    if (BTC === undefined || XRP === undefined || USDT === undefined) continue
    price = { BTC, XRP, USDT }

    if (time % 3600 === 0 && ASSETS.every((asset) => asset === QUOTE || fresh.has(`${asset}/${QUOTE}`))) {
      const ways = () => [...fresh].flatMap(([symbol, close]) => waysOf(symbol, close, fee, lots, minimums))
      if (checks === 0) hold = execute(core, cheapestPlan(core, price, ways()), price).held
      checks += 1
      if (hasDrifted(core, price, threshold)) {
        const done = execute(core, cheapestPlan(core, price, ways()), price)
        if (done.trades.length > 0) {
          const [weightsBefore, weightsAfter] = [weights(core, price), weights(done.held, price)]
          const timeIso = new Date(time * 1000).toISOString()
          const paid = text(done.fees, VALUE_DP)
          rebalances.push({ time, timeIso, weightsBefore, weightsAfter, trades: done.trades, fees: paid })
          fees += done.fees
          core = done.held
        }
      }
    }
    // One observation a step, after its trades: the equity that is there when the step is over.
    const equity = worth(core, price) + worth(bags, price)
    if (equity > peak) peak = equity
    if (peak > 0n && (peak - equity) * deepest.peak > deepest.fall * peak) deepest = { fall: peak - equity, peak }
  }

  const equityOf = (held: PerAsset<bigint>) => price && text(worth(held, price) + worth(bags, price), VALUE_DP)
  return {
    checks,
    rebalances,
    feesUsdt: text(fees, VALUE_DP),
    finalHoldings: perAsset((asset) => text(core[asset], AMOUNT_DP)),
    finalEquity: equityOf(core) ?? null,
    holdEquity: equityOf(hold) ?? null,
    maxDrawdown: ratio(deepest.fall, deepest.peak),
  }
}

// node independent-replay.ts '{"candles":[{"symbol":"BTC/USDT","file":"…"},…],"balance":{"USDT":"3000"},"thresholdPpText":"5"}'
if (import.meta.main) console.log(JSON.stringify(independentReplay(JSON.parse(process.argv[2] ?? '{}')), null, 2))
