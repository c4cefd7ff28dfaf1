import { ChevronDown, ChevronUp, Play, TriangleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import type { AgentView } from '../../../shared/contract/views.ts'
import { MINUTE } from '../../../shared/time.ts'
import { fixed } from '../../format.ts'
import { Age, Countdown } from '../../parts/age.tsx'
import { ActionButton, Button } from '../../parts/button.tsx'
import { useAction } from '../../stores/actions.ts'
import { useKeys } from '../../stores/keys.ts'
import { detailsId } from './agent-details.tsx'
import { AgentNote, AgentState } from './agent-state.tsx'
import { latencyOf, span } from './agent-words.ts'
import { problemsOf } from './said.ts'
import { SaidRow } from './said-row.tsx'

type Props = {
  agent: AgentView
  /** What single keys act on. */
  isChosen: boolean
  isOpen: boolean
  onChoose: () => void
  onToggle: () => void
}

/** A run is only overdue after a while: simulated minutes are short. */
const LATE_MS = -MINUTE
const COST_DECIMALS = 4

export const cardId = (name: string): string => `agent-${name}`

export function AgentCard({ agent, isChosen, isOpen, onChoose, onToggle }: Props) {
  const { name, title, state, said } = agent
  const id = useId()
  const run = useAction('agent.run')
  const isOff = state === 'off'
  const runNow = (): void => {
    if (!isOff) void run.run({ name })
  }
  useKeys(isChosen ? { n: runNow, enter: onToggle } : {})
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: J and K go from card to card
    <article
      id={cardId(name)}
      className={`panel agent-card agent-${state}`}
      aria-labelledby={id}
      aria-current={isChosen ? 'true' : undefined}
      tabIndex={-1}
      // Not when a button is only pressed down: what is chosen may move what lies under the pointer.
      onFocus={(event) => event.target.matches(':focus-visible') && onChoose()}
      onClick={onChoose}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        <AgentState state={state} />
        <div className="panel-actions">
          <ActionButton
            className="small"
            icon={<Play size={12} aria-hidden="true" />}
            isBusy={run.isBusy}
            disabled={isOff}
            {...(isChosen ? { hint: 'N' } : {})}
            onClick={runNow}
          >
            Run now <span className="sr-only">({title.toLowerCase()})</span>
          </ActionButton>
        </div>
      </header>
      <AgentFacts agent={agent} />
      <AgentNote agent={agent} />
      {said.length > 0 && (
        <ul className="said-list" aria-label={`${title}: last output`}>
          {said.map((each) => (
            <SaidRow key={each.symbol} said={each} />
          ))}
        </ul>
      )}
      <Problems problems={problemsOf(said)} />
      <footer className="agent-foot">
        <Button
          look="quiet"
          className="small"
          aria-expanded={isOpen}
          aria-controls={isOpen ? detailsId(name) : undefined}
          icon={isOpen ? <ChevronUp size={13} aria-hidden="true" /> : <ChevronDown size={13} aria-hidden="true" />}
          {...(isChosen ? { hint: '↵' } : {})}
          onClick={onToggle}
        >
          {said.length > 0 ? 'Values and history' : 'History'}
        </Button>
      </footer>
    </article>
  )
}

function AgentFacts({ agent }: { agent: AgentView }) {
  const { everyMs, lastRunAt, nextRunAt, runs, failures, costTodayUsd, said } = agent
  return (
    <dl className="agent-facts">
      <Fact name="Last run">
        {lastRunAt === null ? (
          'not yet'
        ) : (
          <>
            <Age at={lastRunAt} /> ago
          </>
        )}
      </Fact>
      <Fact name={`Next, every ${span(everyMs)}`}>
        <Countdown at={nextRunAt} soonMs={LATE_MS} />
      </Fact>
      <Fact name="Latency">
        <span className="num">{latencyOf(said)}</span>
      </Fact>
      <Fact name="Runs">
        <span className="num">{fixed(String(runs), 0)}</span>
      </Fact>
      <Fact name="Failed">
        <span className={failures > 0 ? 'num has-failed' : 'num'}>
          {failures > 0 && <TriangleAlert size={11} aria-hidden="true" />}
          {fixed(String(failures), 0)}
        </span>
      </Fact>
      {costTodayUsd !== null && (
        <Fact name="USD today">
          <span className="num">{fixed(costTodayUsd, COST_DECIMALS)}</span>
        </Fact>
      )}
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null
  return (
    <ul className="agent-problems" aria-label="What could not be reached or read">
      {problems.map((text) => (
        <li key={text}>
          <TriangleAlert size={12} aria-hidden="true" />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  )
}
