import type { Topics } from '../../src/main/bus/topics.ts'
import type { Regime } from '../../src/main/domain/signal.ts'
import { actQuietly, approveAll, enter, jump, type Loaded, pick, resumeSometimes, symbolOf } from './crash-load.ts'
import { moodOf, regimeOf, taOf } from './signal-builders.ts'

type Action = { readonly name: string; readonly weight: number; readonly run: (loaded: Loaded) => void }

/** What makes agents disagree, and what becomes of it. */
const ACTIONS: readonly Action[] = [
  { name: 'enter', weight: 6, run: enter },
  { name: 'regime', weight: 5, run: regime },
  { name: 'mood', weight: 3, run: mood },
  { name: 'decide', weight: 2, run: decide },
  { name: 'approve', weight: 3, run: approveAll },
  { name: 'rebalance', weight: 1, run: ({ engine }) => void engine.rebalancer.force() },
  { name: 'reject', weight: 1, run: reject },
  { name: 'jump', weight: 1, run: jump },
  { name: 'reconcile', weight: 0.5, run: ({ engine }) => actQuietly(engine.executor.reconcile()) },
  { name: 'nothing', weight: 3, run: () => {} },
]
const TOTAL = ACTIONS.reduce((total, { weight }) => total + weight, 0)
const REGIMES: readonly Regime[] = ['choppy', 'choppy', 'trending_bull', 'trending_bear', 'volatile_bear', 'ranging']

/** One thing that happens. */
export function actOnConflicts(loaded: Loaded): void {
  if (resumeSometimes(loaded)) return
  let dice = loaded.random() * TOTAL
  for (const action of ACTIONS) {
    dice -= action.weight
    if (dice >= 0) continue
    action.run(loaded)
    return
  }
}

const say = <T extends keyof Topics>({ engine }: Loaded, topic: T, source: string, payload: Topics[T]): void =>
  void engine.bus.publish(topic, payload, { source })

function regime(loaded: Loaded): void {
  const { engine, random } = loaded
  const symbol = symbolOf(random)
  const now = engine.market.fresh(symbol)?.at
  if (now === undefined) return
  const said = regimeOf({ symbol, at: now, regime: pick(random, REGIMES) ?? 'choppy' })
  say(loaded, 'regime_updates', 'regime_detection', said)
}

/** The chart and the mood about it: as like as not the two are opposed. */
function mood(loaded: Loaded): void {
  const { engine, random } = loaded
  const symbol = symbolOf(random)
  const tick = engine.market.fresh(symbol)
  if (tick === null) return
  say(loaded, 'ta_signals', 'technical_analysis', taOf({ symbol, at: tick.at, close: tick.last, confidence: 0.6 }))
  const bias = random() < 0.5 ? 'short' : 'long'
  say(loaded, 'sentiment_updates', 'sentiment', moodOf({ symbol, at: tick.at, bias, confidence: 0.55 }))
}

function decide({ engine, random }: Loaded): void {
  const conflict = pick(random, engine.conflicts.pending())
  const option = conflict === undefined ? undefined : pick(random, conflict.options)
  if (conflict !== undefined && option !== undefined) engine.conflicts.decide(conflict.id, option.id)
}

function reject({ engine, random, stores }: Loaded): void {
  const proposal = pick(random, stores.proposals.withStatus('pending'))
  if (proposal !== undefined) engine.approval.reject(proposal.id, 'not today')
}
