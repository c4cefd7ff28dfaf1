import type { Handlers } from '../../shared/contract/derive.ts'
import { TradedPair } from '../../shared/ids.ts'
import { fail, ok } from '../../shared/result.ts'
import type { AgentRunner } from '../agents/agent-runner.ts'
import type { Calibration } from '../agents/calibration.ts'
import type { ModelDesk } from '../coordinator/model-desk.ts'
import type { Regime } from '../domain/signal.ts'
import type { Stores } from '../ports.ts'
import { callView, outputView } from './agent-views.ts'

export type AgentDesks = {
  /** Null while the analysts are switched off. */
  readonly agents: AgentRunner | null
  readonly calibration: Calibration | null
  readonly models: Pick<ModelDesk, 'test'>
  readonly stores: Pick<Stores, 'agentOutputs' | 'agentCalls'>
}

/** What the Agents room asks for. */
export const agentHandlers = ({
  agents,
  calibration,
  models,
  stores,
}: AgentDesks): Pick<
  Handlers,
  'models.test' | 'agent.run' | 'agent.history' | 'agent.calls' | 'agent.calibration'
> => ({
  'models.test': ({ provider }) => models.test(provider),
  'agent.run': ({ name }) =>
    agents?.runNow(name) === true
      ? ok({ text: 'It has been asked.' })
      : fail('agent/off', 'There is no such agent, or it is switched off in agents.yaml.'),
  'agent.history': ({ name, limit }) => ok({ outputs: stores.agentOutputs.recent(name, limit).map(outputView) }),
  'agent.calls': ({ name, limit }) => ok({ calls: stores.agentCalls.recent(name, limit).map(callView) }),
  'agent.calibration': ({ name, symbol, regime }) => {
    const known = symbol === null ? null : TradedPair.safeParse(symbol)
    if (known?.success === false) return fail('agent/unknown-symbol', `${symbol} is no pair such as BTC/USDT.`)
    const curves = calibration?.curves({
      agent: name,
      symbol: known === null ? null : known.data,
      // One that does not exist was never in force: nothing was said in it.
      regime: regime as Regime | null,
    })
    return ok({
      curves: (curves ?? []).map(({ bins, ...curve }) => ({ ...curve, bins: bins.map((bin) => ({ ...bin })) })),
    })
  },
})
