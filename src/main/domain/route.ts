import type { Decimal, Price } from '../../shared/money.ts'
import type { MarketRules } from './market.ts'

/** A market one could trade on now: its rules, its price (quote per base), and the fee of the order type meant for it. */
export type Route = { readonly rules: MarketRules; readonly price: Price; readonly fee: Decimal }
