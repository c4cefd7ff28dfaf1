import type { Proposal } from '../../src/main/domain/proposal.ts'
import { amount } from '../../src/shared/money.ts'
import { actQuietly, type Loaded, pick, resumeSometimes, symbolOf } from './crash-load.ts'

type Action = { readonly name: string; readonly weight: number; readonly run: (loaded: Loaded) => void }

/** What a trader does with plans, and what happens to them meanwhile. */
const ACTIONS: readonly Action[] = [
  { name: 'rebalance', weight: 5, run: ({ engine }) => void engine.rebalancer.force() },
  { name: 'check', weight: 1, run: ({ engine }) => void engine.rebalancer.check() },
  { name: 'decide', weight: 8, run: decide },
  { name: 'resume', weight: 4, run: resume },
  { name: 'cancel', weight: 2, run: cancelOne },
  { name: 'deposit', weight: 1.5, run: deposit },
  { name: 'classify', weight: 2, run: classify },
  { name: 'bag', weight: 0.5, run: fillBag },
  { name: 'jump', weight: 4, run: jump },
  { name: 'reconcile', weight: 1, run: ({ engine }) => actQuietly(engine.executor.reconcile()) },
  { name: 'nothing', weight: 3, run: () => {} },
]
const TOTAL = ACTIONS.reduce((total, { weight }) => total + weight, 0)

/** One thing that happens. */
export function actOnPlans(loaded: Loaded): void {
  if (resumeSometimes(loaded)) return
  let dice = loaded.random() * TOTAL
  for (const action of ACTIONS) {
    dice -= action.weight
    if (dice >= 0) continue
    action.run(loaded)
    return
  }
}

/** From two windows at once, whole or some of its legs; or not at all. */
function decide({ engine, stores, random }: Loaded): void {
  const proposal = pick(random, stores.proposals.withStatus('pending'))
  if (proposal === undefined) return
  const { approval } = engine
  const dice = random()
  if (dice < 0.05) return void approval.reject(proposal.id, 'not today')
  if (dice < 0.1) return void approval.snooze(proposal.id, 5)
  const legs = dice < 0.4 ? someOf(proposal, random) : null
  approval.approve(proposal.id, proposal.hash, legs)
  approval.approve(proposal.id, proposal.hash, null)
}

function someOf({ legs }: Proposal, random: () => number): number[] | null {
  const chosen = [...legs.keys()].filter(() => random() < 0.6)
  return chosen.length === 0 ? null : chosen
}

function resume({ engine, stores }: Loaded): void {
  const stopped = stores.proposals.recent(5).find(({ status }) => status === 'incomplete')
  if (stopped !== undefined) engine.rebalancer.resume(stopped.id)
}

/** One of its orders is taken away by hand. */
function cancelOne({ engine, stores, random }: Loaded): void {
  const order = pick(random, stores.orders.live())
  if (order !== undefined) actQuietly(engine.executor.cancel(order.id, 'cancelled by the trader'))
}

function deposit({ market, random }: Loaded): void {
  market.deposit('USDT', String(Math.ceil(random() * 4_000)))
}

function classify({ engine, stores, random }: Loaded): void {
  const movement = pick(random, stores.movements.waiting())
  if (movement === undefined) return
  const sleeve = random() < 0.7 ? 'core' : 'hodl'
  engine.movements.classify(movement.id, { sleeve, reason: 'savings', confirmation: '' })
}

function fillBag({ engine, random }: Loaded): void {
  const units = amount((0.001 + random() * 0.01).toFixed(4))
  engine.executor.bags.add({ asset: 'BTC', amount: units.toFixed(), reason: 'for later' })
}

function jump({ market, random }: Loaded): void {
  const size = 0.02 + random() * 0.15
  market.jump(symbolOf(random), random() < 0.5 ? 1 - size : 1 + size)
}
