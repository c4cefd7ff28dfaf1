import type { Conflict } from '../../src/main/domain/conflict.ts'
import { HOUR, MINUTE } from '../../src/shared/time.ts'
import type { Bench } from '../main/execution/trade-bench.ts'
import { createEngineBench } from './engine-bench.ts'
import { aModel, settled } from './hand-model.ts'
import { XRP_USDT } from './money-arbitraries.ts'
import { inStep, say, signal, signals } from './said.ts'
import { moodOf, regimeOf, taOf } from './signal-builders.ts'

/** An answer that cites its case, as a model gives it. */
export const choosing = (option: string, reasons = 'The two sides differ.'): string =>
  JSON.stringify({ option, confidence: 0.7, reasons, cites: [{ field: 'first.from', value: 'trading_decision' }] })

/**
 * A day of two starts with conflicts of several types, decided by models, the trader, the deadline and the end of a wait;
 * with a crash while a question is out.
 *
 * @param dir where database and account are left.
 */
export async function recordADay(dir: string): Promise<void> {
  const deepseek = aModel('deepseek')
  const claude = aModel('claude')
  const llms = [deepseek.llm, claude.llm]
  const bench = createEngineBench({ dir, llms })
  const answer = async (model: typeof deepseek, text: string): Promise<void> => {
    model.last().say(text)
    await settled()
  }
  const newest = ({ stores }: Bench): Conflict => {
    const [conflict] = stores.conflicts.recent(1)
    if (conflict === undefined) throw new Error('there is no conflict')
    return conflict
  }
  bench.engine.conflicts.resume()

  // A choppy market: DeepSeek says nothing usable, twice; Claude goes for half.
  say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
  signal(bench)
  await settled()
  await answer(deepseek, 'Go on.')
  await answer(deepseek, choosing('double'))
  await answer(claude, choosing('half_size'))
  // What is proposed now is in the way of another signal for the same market.
  signal(bench)
  const [proposal] = bench.stores.proposals.withStatus('pending')
  if (proposal === undefined) throw new Error('nothing is proposed')
  bench.engine.approval.approve(proposal.id, proposal.hash)
  await bench.engine.executor.idle()

  // The position that came of it meets a bear: the models are silent, each runs out of time, the default applies.
  say(bench, 'regime_updates', regimeOf({ regime: 'trending_bear' }))
  await settled()
  for (let i = 0; i < 6; i++) {
    await bench.pass(MINUTE, 10_000)
    await settled()
  }

  // On XRP the mood is against it: the trader waits, the mood changes, and it goes on from there.
  say(bench, 'ta_signals', taOf({ symbol: XRP_USDT, confidence: 0.6 }))
  say(bench, 'sentiment_updates', moodOf({ symbol: XRP_USDT, bias: 'short', confidence: 0.55 }))
  signal(bench, { symbol: XRP_USDT, entry: 2, atr: 0.016 })
  await settled()
  bench.engine.conflicts.decide(newest(bench).id, 'wait')
  bench.engine.conflicts.decide(newest(bench).id, 'no such option')
  // The answer comes too late, and is kept as an attempt.
  await answer(deepseek, choosing('abort'))
  await bench.pass(5 * MINUTE, MINUTE)
  say(bench, 'sentiment_updates', moodOf({ symbol: XRP_USDT, confidence: 0.6 }))
  await settled()

  // Another question is out when the power fails.
  const [other] = bench.stores.proposals.withStatus('pending')
  if (other !== undefined) bench.engine.approval.reject(other.id, 'not now')
  say(bench, 'sentiment_updates', moodOf({ symbol: XRP_USDT, bias: 'short', confidence: 0.55 }))
  signal(bench, { symbol: XRP_USDT, entry: 2, atr: 0.016 })
  await settled()
  const now = bench.clock.now()
  await bench.end()

  const again = createEngineBench({ dir, llms, now })
  again.tick()
  again.engine.conflicts.resume()
  await settled()
  await answer(deepseek, choosing('half_size'))
  inStep(again)
  await again.pass(HOUR, 10 * MINUTE)
  signals(again, { confidence: 0.8 }, { symbol: XRP_USDT, entry: 2, atr: 0.016, confidence: 0.85 })
  await settled()
  again.engine.conflicts.abandonQuestions()
  await settled()
  await again.pass(10 * MINUTE, MINUTE)
  again.engine.conflicts.close()
  again.stores.messages.flush()
  again.stores.sessionLog.flush()
  await again.end()
  if (bench.bugs.length + again.bugs.length > 0) throw new Error([...bench.bugs, ...again.bugs].join('\n'))
}

/** 40 % BTC, 30 % each of the others: further from the thirds than the band allows. */
const LEANING = ['core.BTC=0.08', 'core.XRP=1500', 'core.USDT=3000', 'bags.BTC=0', 'bags.XRP=0']

/**
 * A day on which the portfolio drifts, and models are asked how its plans are carried out: one is chosen, one is asked for
 * meanwhile, one is outdated by the market, and nobody answers at last.
 *
 * @param dir where database and account are left.
 */
export async function recordRebalances(dir: string): Promise<void> {
  const deepseek = aModel('deepseek')
  const bench = createEngineBench({
    dir,
    llms: [deepseek.llm],
    set: [
      ...LEANING.map((setting) => `portfolio.paper.${setting}`),
      ...['strategy_by=llm', 'cooldown_minutes=0'].map((setting) => `portfolio.rebalancing.${setting}`),
    ],
  })
  const { rebalancer, approval } = bench.engine
  const cites = [{ field: 'plan.slippageCapPercent', value: 1 }]
  const answer = async (option: string): Promise<void> => {
    deepseek.last().say(JSON.stringify({ option, confidence: 0.8, reasons: 'It is calm.', cites }))
    await settled()
  }
  const pending = () => bench.stores.proposals.withStatus('pending')

  rebalancer.check()
  bench.tick()
  rebalancer.check()
  rebalancer.check()
  await answer('market')
  for (const plan of pending()) approval.reject(plan.id, 'not now')

  // A person does not wait for the answer.
  rebalancer.check()
  rebalancer.force()
  await settled()
  // What was proposed at these prices is planned anew at others.
  await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 56_000 })
  for (const plan of pending()) approval.approve(plan.id, plan.hash)
  await bench.engine.executor.idle()
  for (const plan of pending()) approval.approve(plan.id, plan.hash)
  await bench.pass(MINUTE, 10_000, { 'BTC/USDT': 56_000 })
  for (const { id } of bench.stores.proposals.recent(1)) rebalancer.resume(id)

  await bench.pass(10 * MINUTE, MINUTE, { 'BTC/USDT': 90_000 })
  rebalancer.check()
  await settled()
  await bench.engine.killSwitch.kill('enough', { flatten: false })
  await settled()
  rebalancer.close()
  await settled()
  bench.stores.messages.flush()
  bench.stores.sessionLog.flush()
  await bench.end()
  if (bench.bugs.length > 0) throw new Error(bench.bugs.join('\n'))
}
