import type { TradedPair } from '../../../shared/ids.ts'
import type { Fraction } from '../../../shared/money.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { MarketRules } from '../../domain/market.ts'
import type { Markets, Unreachable } from '../../ports.ts'
import type { KrakenClient } from './client.ts'
import { fractionOfPercent, type PairBook, readPairs } from './pairs.ts'

export type KrakenMarketsOptions = {
  readonly client: KrakenClient
  readonly symbols: readonly TradedPair[]
  /** Not listed by Kraken: an assumption of ours. */
  readonly halfSpread: (symbol: TradedPair) => Fraction
}

export type KrakenMarkets = Markets & {
  /** Asks for all of it again; what was known stays where that fails. */
  refresh(): Promise<Result<null, Unreachable>>
  /** Every listed market, read once when it is not known yet. */
  book(): Promise<Result<PairBook, Unreachable>>
  /** Null before the first refresh. */
  known(): PairBook | null
  /** Why a configured market has no rules, for each that has none. */
  problems(): readonly string[]
}

type Fees = { readonly taker: Fraction; readonly maker: Fraction }

/** The rules of the configured markets, with the account's own fees. A market that is not `online` has none. */
export function createKrakenMarkets({ client, symbols, halfSpread }: KrakenMarketsOptions): KrakenMarkets {
  let book: PairBook | null = null
  let fees: ReadonlyMap<TradedPair, Fees> = new Map()

  async function refreshBook(): Promise<Result<PairBook, Unreachable>> {
    const listing = await client.askPublic('AssetPairs')
    if (!listing.ok) return listing
    const { codeOf } = await client.wire()
    book = readPairs(listing.value, codeOf)
    return ok(book)
  }

  async function refreshFees(known: PairBook): Promise<Result<null, Unreachable>> {
    const pairs = symbols.flatMap((symbol) => known.bySymbol(symbol) ?? [])
    if (pairs.length === 0) return ok(null)
    const volume = await client.ask('TradeVolume', { pair: pairs.map(({ id }) => id).join(',') })
    if (!volume.ok) return volume
    const found = pairs.flatMap(({ id, symbol }): [TradedPair, Fees][] => {
      const taker = volume.value.fees[id]?.fee
      if (taker === undefined) return []
      const maker = volume.value.fees_maker?.[id]?.fee ?? taker
      return [[symbol, { taker: fractionOfPercent(taker), maker: fractionOfPercent(maker) }]]
    })
    fees = new Map(found)
    return ok(null)
  }

  function rules(symbol: TradedPair): MarketRules | null {
    const pair = book?.bySymbol(symbol) ?? null
    if (pair === null || pair.status !== 'online' || !symbols.includes(symbol)) return null
    const own = fees.get(symbol)
    return {
      symbol,
      lot: pair.lot,
      tick: pair.tick,
      minAmount: pair.minAmount,
      minCost: pair.minCost,
      takerFee: own?.taker ?? pair.takerFee,
      makerFee: own?.maker ?? pair.makerFee,
      halfSpread: halfSpread(symbol),
    }
  }

  return {
    symbols,
    rules,
    async refresh() {
      const read = await refreshBook()
      return read.ok ? refreshFees(read.value) : read
    },
    async book() {
      return book === null ? refreshBook() : ok(book)
    },
    known: () => book,
    problems: () =>
      symbols.flatMap((symbol) => {
        if (book === null) return [`${symbol}: Kraken has not been asked yet`]
        const pair = book.bySymbol(symbol)
        if (pair === null) return [`${symbol} is not traded on Kraken`]
        return pair.status === 'online' ? [] : [`${symbol} is ${pair.status.replace('_', '-')} on Kraken now`]
      }),
  }
}
