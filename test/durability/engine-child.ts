import { createApp } from '../../src/main/app.ts'
import type { WorkstationView } from '../../src/shared/contract/views.ts'
import type { Result } from '../../src/shared/result.ts'

/*
 * The engine in a process of its own, trading as fast as it can until it is killed: a quick market, a narrow band, every
 * proposal approved by hand as soon as it is seen. Prints READY with what it found once it has reconciled.
 */
const [dataDir, seed] = process.argv.slice(2)
if (dataDir === undefined || seed === undefined) throw new Error('usage: engine-child DATA_DIR SEED')

const app = await createApp({
  dataDir,
  configDir: null,
  market: 'simulated',
  speed: 1_800,
  seed: Number(seed),
  candles: [],
  set: [
    'portfolio.rebalancing.threshold_pp=0.01',
    'portfolio.rebalancing.cooldown_minutes=0',
    `portfolio.rebalancing.order_type=${Number(seed) % 2 === 0 ? 'market' : 'limit'}`,
    'portfolio.approval.max_price_move_percent=50',
    `portfolio.approval.rebalance=${Number(seed) % 3 === 0 ? 'manual' : 'auto'}`,
    'execution.gate.stale_price_ms=3600000',
    // A restless market: every check finds something to do.
    'execution.simulated_market.hourly_volatility.BTC/USDT=0.2',
    'execution.simulated_market.hourly_volatility.XRP/USDT=0.3',
    'execution.orders.slippage_cap_percent=20',
    'execution.orders.deadline_ms=60000',
    'execution.orders.reconcile_seconds=1',
    'execution.gate.collar_percent=50',
    'execution.gate.max_notional_per_day=1000000000000',
    'execution.gate.max_orders_per_minute=1000000',
    'orchestration.schedule.portfolio_check_minutes=1',
    'orchestration.view.update_every_ms=50',
  ],
  env: {},
})
if (!app.ok) throw new Error(`${app.error.code}: ${app.error.message}`)
const engine = app.value

const approving = new Set<string>()
async function approveAll(view: Partial<WorkstationView>): Promise<void> {
  for (const proposal of view.decisions?.proposals ?? []) {
    if (proposal.status !== 'pending' || approving.has(proposal.id)) continue
    approving.add(proposal.id)
    await engine.dispatch('proposal.approve', { id: proposal.id, hash: proposal.hash })
  }
}

const snapshot = (await engine.dispatch('view.snapshot', {})) as Result<{ view: WorkstationView }>
if (!snapshot.ok) throw new Error(snapshot.error.message)
const exchange = snapshot.value.view.status.lights.find((light) => light.name === 'exchange')
process.stdout.write(`READY ${JSON.stringify({ exchange: exchange?.state, text: exchange?.text })}\n`)
engine.subscribe((_, payload) => void approveAll((payload as { changed: Partial<WorkstationView> }).changed))
await approveAll(snapshot.value.view)
