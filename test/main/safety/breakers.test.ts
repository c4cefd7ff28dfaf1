import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { Stores } from '../../../src/main/ports.ts'
import { price, toText } from '../../../src/shared/money.ts'
import { epochMs, isoTime, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { decided, signalOf } from '../../support/signal-builders.ts'
import { alertsOf, type Bench, isInOrder, positionOf, trade } from '../execution/trade-bench.ts'

const folders: string[] = []
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'triplegain-breakers-'))
  folders.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true })
})

/*
 * Equity is 11,500. A trade is 0.046 BTC at 50,000 with a fee of 9.2, so that at 49,700 exactly 23 is lost: 0.2 %.
 */
const AT_LIMIT = { 'BTC/USDT': 49_700 }
const BEFORE_LIMIT = { 'BTC/USDT': 49_700.1 }
const STOPPED = { 'BTC/USDT': 49_100 }
const DAY = 'risk.breakers.day_loss_percent=0.2'
const WEEK = 'risk.breakers.week_loss_percent=0.2'
const DRAWDOWN = 'risk.breakers.drawdown_percent=0.2'

/** The first so many writes of what the breakers remember fail, as on a full disk. */
const failing = (count: number) => {
  const left = { count: 0 }
  const stores = (all: Stores): Stores => ({
    ...all,
    state: {
      get: (name) => all.state.get(name),
      set(name, json) {
        if (name === 'breakers' && left.count-- > 0) throw new Error('SQLITE_FULL')
        all.state.set(name, json)
      },
    },
  })
  return {
    stores,
    begin(): void {
      left.count = count
    },
  }
}
const midnight = (time: string) => epochMs(Date.parse(`2026-01-0${time}Z`))

const at = async (bench: Bench, prices: Parameters<Bench['tick']>[0]): Promise<void> => {
  bench.tick(prices)
  await bench.engine.executor.idle()
}
const resting = async ({ exchange }: Bench): Promise<string[]> => {
  const open = await exchange.openOrders()
  if (!open.ok) throw new Error(open.error.message)
  return open.value.map(({ side, amount, price }) => `${side} ${toText(amount)} at ${price?.toFixed()}`)
}
const exitsOf = (bench: Bench): string[] =>
  bench.stores.orders
    .ofPosition(positionOf(bench).id)
    .flatMap(({ receipt, filled }) => (receipt.kind === 'position_exit' ? [`${receipt.reason} ${toText(filled)}`] : []))
/** What the risk engine says to a purchase now: the size, or the rule that refuses. */
function ask(bench: Bench, symbol = XRP_USDT): string {
  bench.tick()
  const price = symbol === XRP_USDT ? 2 : 50_000
  decided(bench.engine.bus, signalOf({ symbol, entry: price, atr: price * 0.008, at: bench.clock.now() }))
  const said = bench.stores.riskDecisions.recent(1)[0]
  if (said === undefined) throw new Error('nothing was decided')
  return said.allowed === null
    ? (said.rules.find(({ outcome }) => outcome === 'refused')?.rule ?? 'nobody')
    : toText(said.allowed.amount)
}
const pending = (bench: Bench) => {
  const proposal = bench.stores.proposals.withStatus('pending')[0]
  if (proposal === undefined) throw new Error('nothing is proposed')
  return proposal
}
/** Prices come once an hour. */
const passTo = async (bench: Bench, time: string): Promise<void> => {
  const end = Date.parse(time)
  while (bench.clock.now() < end) await bench.pass(Math.min(60 * MINUTE, end - bench.clock.now()), 60 * MINUTE)
}

describe('the breaker of the day', () => {
  it('trips exactly at its limit and holds entries back until 00:00 UTC', async () => {
    const bench = createEngineBench({ set: [DAY], now: epochMs(Date.parse('2026-01-01T21:00:00Z')) })
    await trade(bench)
    await at(bench, BEFORE_LIMIT)
    expect(alertsOf(bench)).toEqual([])
    await at(bench, AT_LIMIT)
    expect(alertsOf(bench)).toEqual(['breaker/day'])
    expect(bench.engine.coordinator.isRunning()).toBe(true)
    expect(ask(bench)).toBe('breakers')
    await passTo(bench, '2026-01-01T23:59:59.999Z')
    expect(ask(bench)).toBe('breakers')
    await passTo(bench, '2026-01-02T00:00:00Z')
    expect(Number(ask(bench))).toBeGreaterThan(0)
    // Once: neither a further loss nor the new day said it again.
    expect(alertsOf(bench)).toEqual(['breaker/day'])
    // The position is left to its stop.
    expect(positionOf(bench)).toMatchObject({ closedAt: null, exitReason: null, keep: null })
    expect(await isInOrder(bench)).toBe(true)
  })

  it('refuses what was proposed before it tripped, when it is approved', async () => {
    const bench = createEngineBench({ set: [DAY] })
    await trade(bench)
    ask(bench)
    const proposal = pending(bench)
    expect(bench.engine.approval.blockedBecause(proposal)).toBeNull()
    await at(bench, AT_LIMIT)
    expect(bench.engine.approval.approve(proposal.id, proposal.hash)).toMatchObject({
      ok: false,
      error: { code: 'risk/breakers', message: expect.stringContaining('Trading has lost 0.2 % today') },
    })
    expect(bench.engine.approval.blockedBecause(proposal)).toContain('0.2 % today')
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('pending')
    expect(bench.stores.orders.ofProposal(proposal.id)).toEqual([])
  })

  it('approves nothing by itself either', async () => {
    const bench = createEngineBench({ set: [DAY, 'portfolio.approval.tactical=auto'] })
    ask(bench, BTC_USDT)
    await bench.engine.executor.idle()
    expect(positionOf(bench).closedAt).toBeNull()
    await at(bench, AT_LIMIT)
    expect(ask(bench)).toBe('breakers')
    expect(bench.stores.proposals.withStatus('pending', 'approved')).toEqual([])
  })
})

describe('the breaker of the week', () => {
  it('halves open positions: the rest is protected, and nothing is sold twice', async () => {
    const bench = createEngineBench({ set: [DAY, WEEK] })
    await trade(bench)
    await at(bench, BEFORE_LIMIT)
    expect(toText(positionOf(bench).amount)).toBe('0.046')
    await at(bench, AT_LIMIT)
    expect(alertsOf(bench)).toEqual(['breaker/day', 'breaker/week'])
    expect(exitsOf(bench)).toEqual(['breaker 0.023'])
    expect(positionOf(bench)).toMatchObject({ closedAt: null, exitReason: null })
    expect(toText(positionOf(bench).amount)).toBe('0.023')
    expect(await resting(bench)).toEqual(['sell 0.023 at 49200'])
    // A reconciliation and further losses change nothing.
    await bench.pass(60_000, 10_000, { 'BTC/USDT': 49_500 })
    expect(exitsOf(bench)).toEqual(['breaker 0.023'])
    expect(await isInOrder(bench)).toBe(true)
    // What is left is stopped as ever.
    await bench.pass(2_000, 1_000, STOPPED)
    expect(positionOf(bench)).toMatchObject({ exitReason: 'stop', closedAt: expect.any(Number) })
    expect(await isInOrder(bench)).toBe(true)
    expect(verifyDatabase(bench.database)).toEqual([])
  })

  it('holds entries back until Monday 00:00 UTC', async () => {
    const bench = createEngineBench({ set: [DAY, WEEK], now: epochMs(Date.parse('2026-01-04T22:00:00Z')) })
    await trade(bench)
    await at(bench, AT_LIMIT)
    await bench.pass(2_000, 1_000, STOPPED)
    expect(ask(bench)).toBe('breakers')
    await passTo(bench, '2026-01-05T00:00:00Z')
    expect(Number(ask(bench))).toBeGreaterThan(0)
    expect(bench.engine.bus.history('system_events').map(({ payload }) => payload.kind)).toContain('breaker')
  })

  it('goes on with halving where the program ended right after it tripped', async () => {
    const dir = folder()
    const first = createEngineBench({ set: [DAY, WEEK], dir })
    await trade(first)
    first.tick(AT_LIMIT)
    await first.end()
    const second = createEngineBench({ set: [DAY, WEEK], dir, now: epochMs(first.clock.now() + 1_000) })
    expect(toText(positionOf(second).keep ?? positionOf(second).amount)).toBe('0.023')
    second.tick(AT_LIMIT)
    await second.engine.executor.resume()
    expect(exitsOf(second)).toEqual(['breaker 0.023'])
    expect(await resting(second)).toEqual(['sell 0.023 at 49200'])
    expect(ask(second)).toBe('breakers')
    expect(alertsOf(second)).toEqual([])
    expect(await isInOrder(second)).toBe(true)
    expect(verifyDatabase(second.database)).toEqual([])
    await second.end()
  })
})

describe('the breaker of the drawdown', () => {
  it('closes every position and halts, until a person resumes', async () => {
    const bench = createEngineBench({ set: [DRAWDOWN] })
    await trade(bench)
    await at(bench, BEFORE_LIMIT)
    expect(bench.engine.coordinator.status().state).toBe('RUNNING')
    await at(bench, AT_LIMIT)
    const urgent = bench.engine.bus.history('risk_alerts').map(({ payload, priority }) => `${payload.code} ${priority}`)
    expect(urgent).toEqual(['breaker/drawdown URGENT'])
    expect(bench.engine.coordinator.status()).toMatchObject({
      state: 'HALTED',
      reason: 'Trading has lost 0.2 % from its peak: positions are closed.',
    })
    expect(positionOf(bench)).toMatchObject({ exitReason: 'breaker', closedAt: expect.any(Number) })
    expect(exitsOf(bench)).toEqual(['breaker 0.046'])
    expect(await resting(bench)).toEqual([])
    expect(await isInOrder(bench)).toBe(true)

    await bench.pass(60 * MINUTE, 10 * MINUTE)
    expect(bench.engine.breakers.verdict().heldBackBecause).toEqual([
      'Trading has lost 0.2 % from its peak: nothing new until you resume.',
    ])
    expect(bench.engine.coordinator.resume()).toMatchObject({ ok: true })
    bench.engine.breakers.onResumed()
    expect(bench.engine.breakers.verdict().heldBackBecause).toEqual([])
    expect(Number(ask(bench, BTC_USDT))).toBeGreaterThan(0)
  })

  it('measures from the best there was, open positions included', async () => {
    const bench = createEngineBench({ set: [DRAWDOWN] })
    await trade(bench)
    await at(bench, { 'BTC/USDT': 50_400 })
    const best = Number(bench.engine.tracker.equity()?.toFixed())
    // So far below the best price 0.2 % of the equity of then is lost.
    const limit = 50_400 - (best * 0.002) / 0.046
    await at(bench, { 'BTC/USDT': Math.ceil(limit * 10) / 10 })
    expect(alertsOf(bench)).toEqual([])
    await at(bench, { 'BTC/USDT': Math.floor(limit * 10) / 10 })
    expect(alertsOf(bench)).toEqual(['breaker/drawdown'])
    // More than at the start of the day, when it would not have tripped.
    expect(limit).toBeGreaterThan(49_700)
  })

  it('closes on after a restart', async () => {
    const dir = folder()
    const first = createEngineBench({ set: [DRAWDOWN], dir })
    await trade(first)
    first.tick(AT_LIMIT)
    await first.end()
    const second = createEngineBench({ set: [DRAWDOWN], dir, now: epochMs(first.clock.now() + 1_000) })
    expect(second.engine.coordinator.status().state).toBe('HALTED')
    second.tick(AT_LIMIT)
    await second.engine.executor.resume()
    expect(positionOf(second)).toMatchObject({ exitReason: 'breaker', closedAt: expect.any(Number) })
    expect(await isInOrder(second)).toBe(true)
    await second.end()
  })

  it('halts after a restart where the program ended after it was written down and before it had halted', async () => {
    const dir = folder()
    const first = createEngineBench({ set: [DRAWDOWN], dir })
    const running = JSON.stringify(first.engine.coordinator.status())
    await trade(first)
    first.tick(AT_LIMIT)
    first.stores.state.set('coordinator', running)
    await first.end()
    const second = createEngineBench({ set: [DRAWDOWN], dir, now: epochMs(first.clock.now() + 1_000) })
    expect(second.engine.coordinator.isRunning()).toBe(true)
    second.tick(AT_LIMIT)
    expect(second.engine.coordinator.status().state).toBe('HALTED')
    expect(alertsOf(second)).toEqual([])
    await second.end()
  })
})

describe('the breaker of losses in a row', () => {
  const LOSSES = 'risk.breakers.losses_in_a_row=1'

  it('pauses entries for half an hour, then lets one through at half size, and the next at full size', async () => {
    const bench = createEngineBench({ set: [LOSSES] })
    await trade(bench)
    await bench.pass(2_000, 1_000, STOPPED)
    const { closedAt } = positionOf(bench)
    if (closedAt === null) throw new Error('it was not stopped')
    expect(alertsOf(bench)).toEqual(['breaker/losses'])
    expect(ask(bench, BTC_USDT)).toBe('breakers')
    await bench.pass(closedAt + 30 * MINUTE - 1 - bench.clock.now(), 10 * MINUTE)
    expect(ask(bench, BTC_USDT)).toBe('breakers')
    await bench.pass(1)
    expect(isoTime(bench.clock.now())).toBe(isoTime(epochMs(closedAt + 30 * MINUTE)))

    // Equity is 11,437.3 or so by now, of which a fifth is 0.0457 BTC.
    const half = Number(ask(bench, BTC_USDT))
    expect(half).toBeGreaterThan(0.022)
    expect(half).toBeLessThan(0.023)
    const proposal = pending(bench)
    bench.engine.approval.approve(proposal.id, proposal.hash)
    await bench.engine.executor.idle()
    expect(toText(positionOf(bench).amount)).toBe(String(half))
    expect(Number(ask(bench, BTC_USDT))).toBeGreaterThan(0.045)
  })

  it('refuses a trade of full size that was proposed before it tripped, even after the pause', async () => {
    const bench = createEngineBench({ set: [LOSSES, 'portfolio.approval.expires_minutes=120'] })
    await trade(bench)
    ask(bench)
    const proposal = pending(bench)
    await bench.pass(2_000, 1_000, STOPPED)
    await bench.pass(31 * MINUTE, MINUTE)
    expect(bench.engine.approval.approve(proposal.id, proposal.hash)).toMatchObject({
      ok: false,
      error: { code: 'risk/sizing' },
    })
  })
})

describe('a circuit breaker, whatever fails', () => {
  it('closes and halts with the next reading where it could not be written down with the first', async () => {
    const disk = failing(1)
    const bench = createEngineBench({ set: [DRAWDOWN], stores: disk.stores })
    await trade(bench)
    disk.begin()
    await at(bench, AT_LIMIT)
    expect(bench.engine.coordinator.status().state).toBe('RUNNING')
    await at(bench, AT_LIMIT)
    expect(bench.engine.coordinator.status().state).toBe('HALTED')
    expect(positionOf(bench).exitReason).toBe('breaker')
  })

  it('halves with the next reading too', async () => {
    const disk = failing(1)
    const bench = createEngineBench({ set: [WEEK], stores: disk.stores })
    await trade(bench)
    disk.begin()
    await at(bench, AT_LIMIT)
    expect(positionOf(bench).keep).toBeNull()
    await at(bench, AT_LIMIT)
    expect(toText(positionOf(bench).amount)).toBe('0.023')
  })

  it('closes with the next reading what could not be closed with the first, and is halted meanwhile', async () => {
    let fails = 0
    const bench = createEngineBench({
      set: [DRAWDOWN],
      stores: (all) => ({
        ...all,
        positions: {
          ...all.positions,
          save(position) {
            if (position.exitReason === 'breaker' && fails-- > 0) throw new Error('SQLITE_FULL')
            all.positions.save(position)
          },
        },
      }),
    })
    await trade(bench)
    fails = 1
    await at(bench, AT_LIMIT)
    expect(bench.engine.coordinator.status().state).toBe('HALTED')
    await at(bench, AT_LIMIT)
    expect(positionOf(bench).exitReason).toBe('breaker')
  })

  it.each([false, true])(
    'counts what is lost over midnight for the new day, restarted or not: %s',
    async (isRestarted) => {
      const dir = folder()
      let bench = createEngineBench({ dir, set: [DAY], now: midnight('1T23:50:00') })
      await trade(bench)
      await bench.pass(9 * MINUTE, MINUTE, { 'BTC/USDT': 50_000 })
      if (isRestarted) {
        await bench.end()
        bench = createEngineBench({ dir, set: [DAY], now: midnight('2T00:05:00') })
      } else bench.clock.advanceTo(midnight('2T00:05:00'))
      bench.tick(STOPPED)
      await bench.engine.executor.resume()
      await at(bench, STOPPED)
      expect(positionOf(bench).exitReason).toBe('stop')
      expect(alertsOf(bench)).toContain('breaker/day')
      await bench.end()
    },
  )
})

describe('an entry that was approved', () => {
  const approveXrp = (bench: Bench) => {
    bench.tick()
    decided(bench.engine.bus, signalOf({ symbol: XRP_USDT, entry: 2, atr: 0.016, at: bench.clock.now() }))
    const proposal = bench.stores.proposals.withStatus('pending')[0]
    if (proposal === undefined) throw new Error('nothing is proposed')
    return { proposal, approved: bench.engine.approval.approve(proposal.id, proposal.hash) }
  }

  it('does not go out once a breaker has tripped, though nothing has been sent yet', async () => {
    const bench = createEngineBench({ set: [DAY] })
    await trade(bench)
    const { proposal, approved } = approveXrp(bench)
    expect(approved.ok).toBe(true)
    await at(bench, { 'BTC/USDT': 49_450 })
    expect(bench.stores.orders.ofProposal(proposal.id)).toEqual([])
    expect(bench.stores.proposals.get(proposal.id)).toMatchObject({
      status: 'incomplete',
      stoppedLegs: [{ because: expect.stringContaining('breakers: Trading has lost 0.2 % today') }],
    })
  })

  it('does not go out after a restart in which a breaker trips', async () => {
    const dir = folder()
    const bench = createEngineBench({ dir, set: [DAY, WEEK] })
    await trade(bench)
    const ended = bench.engine.executor.close()
    const { proposal, approved } = approveXrp(bench)
    expect(approved.ok).toBe(true)
    await ended
    await bench.end()
    const next = createEngineBench({ dir, set: [DAY, WEEK], now: epochMs(bench.clock.now() + 5 * MINUTE) })
    next.tick({ 'BTC/USDT': 49_450 })
    await next.engine.executor.resume()
    expect(next.stores.orders.ofProposal(proposal.id)).toEqual([])
    await next.end()
  })
})

describe('a trade that is refused when it is to be approved', () => {
  const propose = (bench: Bench, change: Parameters<typeof signalOf>[0] = {}) => {
    bench.tick()
    decided(bench.engine.bus, signalOf({ at: bench.clock.now(), ...change }))
    const proposal = bench.stores.proposals.withStatus('pending')[0]
    if (proposal === undefined) throw new Error('nothing is proposed')
    return proposal
  }
  const refusedBy = (bench: Bench): (string | undefined)[] =>
    bench.stores.riskDecisions.refused(10).map(({ rules }) => rules.find(({ outcome }) => outcome === 'refused')?.rule)

  it('is kept with what each rule said, and proposed anew where only its exits do not fit any more', () => {
    const bench = createEngineBench()
    // An average range of 100: the stop stands as near as it may, at 49,750.
    const proposal = propose(bench, { atr: 100 })
    expect(toText(proposal.trade?.stop ?? price('0'))).toBe('49750')
    bench.tick({ 'BTC/USDT': 49_790 })
    expect(bench.engine.approval.approve(proposal.id, proposal.hash)).toMatchObject({ error: { code: 'risk/stop' } })
    expect(refusedBy(bench)).toEqual(['stop'])
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('voided')
    const [again] = bench.stores.proposals.withStatus('pending')
    expect(again?.trade).toMatchObject({ symbol: BTC_USDT })
    expect(Number(again?.trade?.stop.toFixed())).toBeLessThan(49_790 * 0.995 + 0.2)
  })

  it('is not proposed anew where the analysts have changed their mind', () => {
    const bench = createEngineBench()
    const proposal = propose(bench, { atr: 100 })
    decided(bench.engine.bus, signalOf({ at: bench.clock.now(), action: 'HOLD', bias: 'neutral' }))
    bench.tick({ 'BTC/USDT': 49_790 })
    expect(bench.engine.approval.approve(proposal.id, proposal.hash).ok).toBe(false)
    expect(bench.stores.proposals.withStatus('pending')).toEqual([])
  })

  it('trips nothing by being looked at', async () => {
    const disk = failing(1)
    const bench = createEngineBench({ set: [DRAWDOWN], stores: disk.stores })
    await trade(bench)
    const { approval, coordinator } = bench.engine
    const proposal = propose(bench, { symbol: XRP_USDT, entry: 2, atr: 0.016 })
    // The limit is reached, and what that means could not be written down: whoever looks next would trip.
    disk.begin()
    await at(bench, AT_LIMIT)
    const before = bench.stores.rowsWritten()
    expect(approval.blockedBecause(proposal)).toBeNull()
    expect(bench.stores.rowsWritten()).toBe(before)
    expect(coordinator.isRunning()).toBe(true)
    // Whoever decides is somebody else.
    expect(approval.approve(proposal.id, proposal.hash)).toMatchObject({ error: { code: 'proposal/held-back' } })
    expect(coordinator.status().state).toBe('HALTED')
  })
})

describe('the stop of a position', () => {
  it('is not moved further away than any trade’s may stand', async () => {
    const bench = createEngineBench()
    await trade(bench)
    const position = positionOf(bench)
    const moved = (stop: string) => bench.engine.checkExits(position, { stop: price(stop), target: null })
    expect(moved('48499')).toMatchObject({ ok: false, error: { code: 'position/stop-too-far' } })
    expect(moved('48500').ok).toBe(true)
    expect(moved('49900').ok).toBe(true)
  })
})
