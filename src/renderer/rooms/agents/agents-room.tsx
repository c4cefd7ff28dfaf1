import { Bot } from 'lucide-react'
import { Fragment, useState } from 'react'
import type { AgentView } from '../../../shared/contract/views.ts'
import { Empty } from '../../parts/empty.tsx'
import { RoomFrame } from '../../parts/panel.tsx'
import { useKeys } from '../../stores/keys.ts'
import { useView } from '../../stores/projection.ts'
import { replaceId, useRoute } from '../../stores/route.ts'
import { AgentCard, cardId } from './agent-card.tsx'
import { AgentDetails } from './agent-details.tsx'
import { Breakers } from './breakers.tsx'
import { Calibration } from './calibration.tsx'
import { MarketData } from './market-data.tsx'
import { Models } from './models.tsx'
import { Refusals } from './refusals.tsx'

export function AgentsRoom() {
  const agents = useView((view) => view.agents.agents)
  return (
    <RoomFrame title="Agents" className="agents">
      <div className="agents-top">
        <MarketData />
        <Breakers />
      </div>
      {agents.length === 0 ? <NoAgents /> : <Cards agents={agents} />}
      <Models />
      <Refusals />
    </RoomFrame>
  )
}

/** The card that has the focus, or had it last, is the one that keys and the calibration speak of. */
function Cards({ agents }: { agents: readonly AgentView[] }) {
  const { id } = useRoute()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const chosen = agents.find(({ name }) => name === id) ?? agents[0]
  const choose = (name: string): void => replaceId('agents', name)
  const toggle = (name: string): void =>
    setOpen((old) => new Set(old.has(name) ? [...old].filter((each) => each !== name) : [...old, name]))
  const move = (step: 1 | -1): void => {
    const focused = agents.findIndex(({ name }) => document.activeElement?.closest('article')?.id === cardId(name))
    // The first key only shows where the cursor stands.
    const at = focused === -1 ? agents.findIndex(({ name }) => name === chosen?.name) : focused + step
    const next = agents[Math.min(Math.max(at, 0), agents.length - 1)]
    if (next !== undefined) document.getElementById(cardId(next.name))?.focus()
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  return (
    <div className="agent-cards">
      {agents.map((agent) => (
        <Fragment key={agent.name}>
          <AgentCard
            agent={agent}
            isChosen={agent === chosen}
            isOpen={open.has(agent.name)}
            onChoose={() => choose(agent.name)}
            onToggle={() => toggle(agent.name)}
          />
          {open.has(agent.name) && (
            <AgentDetails agent={agent} isChosen={agent === chosen} onClose={() => toggle(agent.name)} />
          )}
        </Fragment>
      ))}
      {chosen !== undefined && <Calibration agent={chosen} agents={agents} onChoose={choose} />}
    </div>
  )
}

const NoAgents = () => (
  <section className="panel no-agents" aria-label="No agents">
    <Empty icon={<Bot size={22} />} title="The agents are switched off">
      Nothing is analysed and no tactical trade is proposed; rebalancing goes on. A replay started with{' '}
      <code>--agents on</code> has them; one by one they are switched on with <code>enabled: true</code> in agents.yaml.
      Their cards appear here after the next start.
    </Empty>
  </section>
)
