import { join } from 'node:path'
import type { Asset } from '../shared/ids.ts'
import { type Amount, ZERO } from '../shared/money.ts'
import { createPaperExchange, type PaperExchange } from './adapters/paper/paper-exchange.ts'
import type { Settings } from './config.ts'
import { type EngineParts, marketsOf, type Opening } from './engine.ts'
import type { Clock, Exchange, Markets } from './ports.ts'
import type { Services } from './wiring.ts'

/** Where the money is: what an engine needs of an exchange account, real or simulated. */
export type Account = {
  readonly markets: Markets
  readonly exchange: EngineParts['exchange']
  /** Booked at the very first start; later ones have their ledger. */
  readonly opening: Opening
  readonly onPrices: Services['onExchangePrices']
  /** `done`: when nobody asks the exchange any more. */
  close(exchange: Exchange, done: Promise<void>): Promise<void>
}

/** Simulated money, which the exchange keeps in a file of its own beside the engine's. */
export function openPaperAccount(options: {
  readonly dataDir: string
  readonly name: string
  readonly settings: Settings
  readonly clock: Clock
}): Account {
  const { settings, clock } = options
  const markets = marketsOf(settings)
  const opening = openingOf(settings)
  let paper: PaperExchange | null = null
  return {
    markets,
    opening,
    exchange: (market) => {
      paper = createPaperExchange({
        file: join(options.dataDir, `exchange-${options.name}.db`),
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => market.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
        allowsMargin: settings.risk.margin.enabled,
      })
      return paper
    },
    onPrices: (ticks) => paper?.onTicks(ticks),
    async close(exchange, done) {
      await done
      await exchange.close()
    },
  }
}

/** Money and bags of the very first start on paper. */
export function openingOf(settings: Settings): Opening {
  const { targets, paper } = settings.portfolio
  return (Object.keys(targets) as Asset[]).map((asset) => ({
    asset,
    core: paper.core[asset] ?? ZERO,
    hodl: paper.bags[asset] ?? ZERO,
  }))
}

export const totalsOf = (opening: Opening): Map<Asset, Amount> =>
  new Map(opening.map(({ asset, core, hodl }) => [asset, core.plus(hodl) as Amount]))
