import type { Asset } from '../../../src/shared/ids.ts'
import { toText } from '../../../src/shared/money.ts'
import type { Bench } from './trade-bench.ts'

export const held = ({ engine }: Bench, asset: Asset): string =>
  (['core', 'hodl', 'unclassified', 'earning'] as const)
    .map((account) => `${account} ${toText(engine.books.of(account, asset))}`)
    .join(', ')
export const entriesOf = ({ stores }: Bench, ...kinds: readonly string[]): string[] =>
  [...stores.ledger.all()]
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, reference }) => `${kind} ${reference}`)
export const waitingOf = ({ stores }: Bench): string[] =>
  stores.movements.waiting().map(({ kind, amount: units, asset }) => `${kind} ${toText(units)} ${asset}`)

/** After a comparison with the exchange: what then stands against trading; null when nothing does. */
export async function compared(bench: Bench): Promise<string | null> {
  await bench.engine.executor.reconcile()
  return bench.engine.executor.blockedBecause()
}
