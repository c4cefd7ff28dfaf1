import { describe, expect, it } from 'vitest'
import { proposalView } from '../../../src/main/api/decision-views.ts'
import type { TradingSignal } from '../../../src/main/domain/signal.ts'
import { toText } from '../../../src/shared/money.ts'
import { after } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { decided, regimeOf, signalOf } from '../../support/signal-builders.ts'
import { alertsOf, type Bench, isInOrder, trade } from '../execution/trade-bench.ts'

const AUTO = 'portfolio.approval.tactical=auto'
const say = (bench: Bench, change: Partial<TradingSignal> = {}): void => {
  bench.tick()
  decided(bench.engine.bus, signalOf({ at: bench.clock.now(), ...change }))
}
const ON_XRP = { symbol: XRP_USDT, entry: 2, atr: 0.016 } as const
const decisions = (bench: Bench): string[] =>
  bench.stores.riskDecisions
    .recent(10)
    .toReversed()
    .map(({ symbol, allowed, rules }) =>
      allowed === null
        ? `${symbol} refused by ${rules.find(({ outcome }) => outcome === 'refused')?.rule}`
        : `${symbol} ${toText(allowed.amount)} of ${toText(allowed.ownAmount)}`,
    )
const open = ({ stores }: Bench): string[] => stores.positions.open().map(({ symbol }) => symbol)
const pending = ({ stores }: Bench): string[] =>
  stores.proposals.withStatus('pending').flatMap(({ trade: plan }) => plan?.symbol ?? [])

describe('signals on a symbol', () => {
  it('may open a second position, and no third', async () => {
    const bench = createEngineBench()
    await trade(bench)
    await trade(bench)
    expect(open(bench)).toEqual([BTC_USDT, BTC_USDT])
    say(bench)
    expect(pending(bench)).toEqual([])
    expect(decisions(bench).at(-1)).toBe('BTC/USDT refused by positions_per_symbol')
    const told = bench.engine.bus.history('system_events').map(({ payload }) => payload.text)
    expect(told).toContain('No trade on BTC/USDT: positions per symbol: 2 on BTC/USDT, at most 2.')
    expect(await isInOrder(bench)).toBe(true)
  })

  it('wait while one is proposed, or a question about it is open', () => {
    const bench = createEngineBench()
    say(bench)
    say(bench)
    expect(pending(bench)).toEqual([BTC_USDT])
    expect(decisions(bench)).toHaveLength(1)

    const asked = createEngineBench()
    asked.engine.bus.publish('regime_updates', regimeOf({ regime: 'choppy', at: asked.clock.now() }), {
      source: 'test',
    })
    say(asked)
    say(asked)
    expect(asked.engine.conflicts.pending()).toHaveLength(1)
    expect(decisions(asked)).toEqual([])
  })

  it('find the places taken that others were proposed for', () => {
    const bench = createEngineBench({ set: ['risk.max_positions=1'] })
    say(bench)
    say(bench, ON_XRP)
    expect(pending(bench)).toEqual([BTC_USDT])
    expect(decisions(bench)).toEqual(['BTC/USDT 0.046 of 0.046', 'XRP/USDT refused by positions'])
  })

  it('find the money and the room taken that others were proposed for', () => {
    // 30 % of 11,500 is 3,450, of which 0.046 at 50,250 takes 2,311.5: 1,138.5 are left, at 2.01 at worst.
    const bench = createEngineBench({
      set: [
        'risk.max_exposure_percent=30',
        'execution.orders.slippage_cap_percent=0.5',
        'orchestration.conflicts.risk_modified_below=0',
      ],
    })
    say(bench)
    say(bench, ON_XRP)
    const [, second] = decisions(bench)
    expect(second).toMatch(/^XRP\/USDT 566\.417\d* of 1150$/)
  })

  it.each<[string, Partial<TradingSignal>]>([
    ['to hold', { action: 'HOLD', bias: 'neutral' }],
    ['that is not news', { isNews: false }],
    ['to sell short on spot', { action: 'SELL', bias: 'short' }],
    ['on a cross pair, whose quote is not tactical money', { symbol: XRP_BTC }],
  ])('%s change nothing, and are no question to the risk engine', (_, change) => {
    const bench = createEngineBench()
    say(bench, change)
    expect(bench.stores.proposals.recent(10)).toEqual([])
    expect(decisions(bench)).toEqual([])
  })

  it('are traded at a part of their size while nobody knows the regime', () => {
    const bench = createEngineBench({ set: ['risk.unknown_regime_size=0.5'] })
    say(bench)
    expect(decisions(bench)).toEqual(['BTC/USDT 0.023 of 0.023'])
  })

  it('may sell short on margin', async () => {
    const bench = createEngineBench({ set: ['risk.margin.enabled=true'] })
    await trade(bench, 'short')
    expect(bench.stores.positions.open()).toMatchObject([{ symbol: BTC_USDT, side: 'short', leverage: 2 }])
  })

  it('change nothing while the coordinator is paused', () => {
    const bench = createEngineBench()
    bench.engine.coordinator.pause('a test')
    say(bench)
    expect(bench.stores.proposals.recent(10)).toEqual([])
  })

  it('cannot be approved any more once there is no fresh price', () => {
    const bench = createEngineBench()
    say(bench)
    const [proposal] = bench.stores.proposals.withStatus('pending')
    if (proposal === undefined) throw new Error('nothing is proposed')
    bench.clock.advanceTo(after(bench.clock.now(), 60_000))
    expect(bench.engine.approval.approve(proposal.id, proposal.hash)).toMatchObject({
      ok: false,
      error: { code: 'risk/no-price' },
    })
  })

  it('without a fresh price are no trade', () => {
    const bench = createEngineBench()
    decided(bench.engine.bus, signalOf({ at: bench.clock.now() }))
    expect(bench.engine.bus.history('system_events').map(({ payload }) => payload.text)).toEqual([
      'No trade on BTC/USDT: there is no fresh price.',
    ])
  })
})

describe('what the risk engine said', () => {
  it('is kept with the proposal and shown with it, rule by rule', () => {
    const bench = createEngineBench()
    bench.engine.bus.publish('regime_updates', regimeOf({ sizeMultiplier: 0.5, at: bench.clock.now() }), {
      source: 'test',
    })
    say(bench, { confidence: 0.75 })
    const [proposal] = bench.stores.proposals.withStatus('pending')
    if (proposal === undefined) throw new Error('nothing is proposed')
    const facts = { orders: [], blockedBecause: null, priceNow: () => null, quote: 'USDT', current: null }
    const risk = bench.stores.riskDecisions.ofProposal(proposal.id)
    const { rules } = proposalView(proposal, { ...facts, risk })
    expect(rules).toHaveLength(14)
    expect(rules).toContainEqual({
      rule: 'sizing',
      outcome: 'cut',
      text: '× 0.75 for confidence, × 0.5 for the regime, × 1 as chosen, × 1 after losses. Cut to 0.01725 BTC.',
    })
    expect(proposalView(proposal, { ...facts, risk: null }).rules).toEqual([])
  })

  it('cannot be changed afterwards', () => {
    const bench = createEngineBench()
    say(bench)
    for (const change of [`UPDATE risk_decisions SET rules = '[]'`, 'DELETE FROM risk_decisions']) {
      expect(() => bench.sql.exec(change)).toThrow('append-only')
    }
  })
})

describe('a signal to close', () => {
  const CLOSE = { action: 'CLOSE', bias: 'short', reason: 'The trend has turned.' } as const

  it('asks the trader where he decides, and sells nothing', async () => {
    const bench = createEngineBench()
    await trade(bench)
    const [position] = bench.stores.positions.open()
    say(bench, CLOSE)
    await bench.engine.executor.idle()
    const alert = bench.engine.bus.history('risk_alerts').at(-1)
    expect(alert?.payload).toEqual({
      code: 'signal/close',
      text: 'The analysts would close the long position on BTC/USDT. The trend has turned.',
      positionId: position?.id,
    })
    expect(alert?.correlationId).not.toBeNull()
    expect(open(bench)).toEqual([BTC_USDT])
    expect(bench.stores.positions.open()[0]?.exitReason).toBeNull()
  })

  it('closes where trades need no approval, and leaves other symbols alone', async () => {
    const bench = createEngineBench({ set: [AUTO] })
    say(bench)
    say(bench, ON_XRP)
    await bench.engine.executor.idle()
    expect(open(bench)).toEqual([BTC_USDT, XRP_USDT])
    say(bench, CLOSE)
    await bench.engine.executor.idle()
    expect(open(bench)).toEqual([XRP_USDT])
    const closed = bench.stores.positions.recent(5).find(({ symbol }) => symbol === BTC_USDT)
    expect(closed?.exitReason).toBe('signal')
    expect(alertsOf(bench)).toEqual([])
    expect(await isInOrder(bench)).toBe(true)
  })

  it('leaves alone what points the same way, and what is being closed already', async () => {
    const bench = createEngineBench()
    await trade(bench)
    say(bench, { ...CLOSE, bias: 'long' })
    expect(alertsOf(bench)).toEqual([])
    const [position] = bench.stores.positions.open()
    if (position === undefined) throw new Error('there is no position')
    bench.engine.executor.exit(position, 'trader')
    say(bench, CLOSE)
    expect(alertsOf(bench)).toEqual([])
  })
})
