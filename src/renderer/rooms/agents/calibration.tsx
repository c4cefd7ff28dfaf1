import { Crosshair } from 'lucide-react'
import { memo, type ReactNode, useEffect, useState } from 'react'
import type { AgentView, CalibrationView } from '../../../shared/contract/views.ts'
import { MINUTE } from '../../../shared/time.ts'
import { capitalized, confidence, fixed, UNKNOWN, words } from '../../format.ts'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { useView } from '../../stores/projection.ts'
import { useLoaded } from '../../stores/use-loaded.ts'
import { REGIMES, span, voiceName } from './agent-words.ts'
import { ReliabilityChart } from './reliability-chart.tsx'
import { modelVoices } from './said.ts'

const ASK_EVERY_MS = 5 * MINUTE

type Props = { agent: AgentView; agents: readonly AgentView[]; onChoose: (name: string) => void }

/** Whether an agent is as often right as it is sure. */
export function Calibration({ agent, agents, onChoose }: Props) {
  const [symbol, setSymbol] = useState('')
  const [regime, setRegime] = useState('')
  const pairs = useView((view) => view.agents.market)
  const [model, setModel] = useState<string | null>(null)
  const models = modelVoices(agents)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another card takes the place of a model
  useEffect(() => setModel(null), [agent.name])
  const choose = (name: string): void => {
    const isModel = models.includes(name)
    setModel(isModel ? name : null)
    if (!isModel) onChoose(name)
  }
  const input = { name: model ?? agent.name, symbol: orNull(symbol), regime: orNull(regime) }
  return (
    <Panel title="Calibration" className="calibration" note="confidence against what came of it">
      <search className="filters" aria-label="What is counted">
        <Choice label="Agent" value={input.name} onChange={choose}>
          {agents.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
          {models.map((name) => (
            <option key={name} value={name}>
              {voiceName(name)}
            </option>
          ))}
        </Choice>
        <Choice label="Pair" value={symbol} onChange={setSymbol}>
          <option value="">All</option>
          {pairs.map((each) => (
            <option key={each.symbol}>{each.symbol}</option>
          ))}
        </Choice>
        <Choice label="Regime" value={regime} onChange={setRegime}>
          <option value="">All</option>
          {REGIMES.map((each) => (
            <option key={each} value={each}>
              {capitalized(words(each))}
            </option>
          ))}
        </Choice>
      </search>
      <Curves input={input} />
    </Panel>
  )
}

const orNull = (text: string): string | null => (text === '' ? null : text)

type ChoiceProps = { label: string; value: string; onChange: (value: string) => void; children: ReactNode }

const Choice = ({ label, value, onChange, children }: ChoiceProps) => (
  <label>
    <span>{label}</span>
    <select value={value} onChange={(event) => onChange(event.target.value)}>
      {children}
    </select>
  </label>
)

type Asked = { name: string; symbol: string | null; regime: string | null }

function Curves({ input }: { input: Asked }) {
  const turn = Math.floor(useEngineNow() / ASK_EVERY_MS)
  const { data, problem, isLoading, reload } = useLoaded('agent.calibration', input, turn)
  // What was told of another agent or pair must not stand there as if it were of this one.
  if (problem !== null) return <Problem text={problem.message} onRetry={reload} />
  if (data === null) return <Skeleton rows={6} />
  if (data.curves.every(({ scored }) => scored === 0)) return <NothingScored curves={data.curves} />
  return (
    <div className="curves" aria-busy={isLoading}>
      <div className="horizons">
        {data.curves.map((curve) => (
          <Horizon key={curve.horizonMs} curve={curve} />
        ))}
      </div>
      <p className="fine pad">
        Dots stand for directions said with about that confidence, larger where there were more: above the dashed line
        they came more often than was said, below it less often. Brier score: the mean squared distance between the
        confidence said and what came; 0 is perfect, 0.25 what a coin gets that is always half sure.
      </p>
    </div>
  )
}

function NothingScored({ curves }: { curves: readonly CalibrationView[] }) {
  const first = curves[0]
  const waiting = Math.max(0, ...curves.map((curve) => curve.waiting))
  return (
    <Empty icon={<Crosshair size={20} />} title="Nothing scored yet">
      Every direction that is news is held against the price 1 h, 4 h and 24 h later; the curves appear{' '}
      {first === undefined ? '' : `${span(first.horizonMs)} `}after the first.{' '}
      {waiting === 0 ? 'None waits now.' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'} now.`}
    </Empty>
  )
}

const Horizon = memo(function Horizon({ curve }: { curve: CalibrationView }) {
  const { horizonMs, scored, waiting, hitRate, brier } = curve
  return (
    <section className="horizon" aria-label={`After ${span(horizonMs)}`}>
      <h3>After {span(horizonMs)}</h3>
      <dl className="horizon-facts">
        <div>
          <dt>Scored</dt>
          <dd className="num">{fixed(String(scored), 0)}</dd>
        </div>
        <div>
          <dt>Waiting</dt>
          <dd className="num">{fixed(String(waiting), 0)}</dd>
        </div>
        <div>
          <dt>Hit rate</dt>
          <dd className="num">{confidence(hitRate)}</dd>
        </div>
        <div>
          <dt>Brier score</dt>
          <dd className="num">{brier === null ? UNKNOWN : brier.toFixed(3)}</dd>
        </div>
      </dl>
      {scored === 0 ? (
        <p className="fine horizon-none">
          {waiting === 0 ? 'None said yet.' : `${waiting} said; the first is scored ${span(horizonMs)} after it was.`}
        </p>
      ) : (
        <ReliabilityChart curve={curve} />
      )}
    </section>
  )
})
