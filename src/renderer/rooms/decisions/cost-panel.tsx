import type { PlanView, ProposalView } from '../../../shared/contract/views.ts'
import { fixed, toShape } from '../../format.ts'
import { Money, Pnl } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { comparison } from './cost-comparison.ts'
import { slippageOf } from './leg-choice.ts'
import { Fact } from './proposal-facts.tsx'

type Props = { proposal: ProposalView; plan: PlanView; leftOut: ReadonlySet<number> }

/** What a rebalance costs, and what it may cost to leave things as they are. */
export function CostPanel({ proposal, plan, leftOut }: Props) {
  const quote = useView((view) => view.status.quote)
  const isPart = leftOut.size > 0
  return (
    <Panel title="Cost" className="cost-panel" note={isPart ? 'of all legs' : `in ${quote}, and basis points of core`}>
      <dl className="facts">
        <Fact name="Total cost">
          <strong>
            <Money text={plan.cost} />
          </strong>{' '}
          <span className="faint num">{fixed(plan.costBasisPoints, 1)} bp</span>
        </Fact>
        <Fact name="Fees in it">
          <Money text={proposal.fees} /> <span className="faint num">{fixed(proposal.feesBasisPoints, 1)} bp</span>
        </Fact>
        <Fact name={isPart ? 'Slippage, these legs, at most' : 'Slippage, at most'}>
          <Money text={isPart ? slippageOf(proposal.legs, leftOut) : plan.slippageBound} />
        </Fact>
        <Fact name="Realized gain">
          <Pnl text={plan.gain} />
        </Fact>
      </dl>
      {proposal.status === 'pending' && <Waiting plan={plan} quote={quote} />}
    </Panel>
  )
}

/** A certain cost against an uncertain effect, on one scale. */
function Waiting({ plan, quote }: { plan: PlanView; quote: string }) {
  const { cost, driftRiskPerDay: risk } = plan
  const most = Math.max(toShape(cost), toShape(risk), 0.01)
  return (
    <div className="waiting-cost">
      <h3>What if I wait?</h3>
      <ul>
        <CostBar name="Trading now" text={cost} share={toShape(cost) / most} look="now" />
        <CostBar name="A day of waiting" text={risk} share={toShape(risk) / most} look="later" />
      </ul>
      <p>
        {risk === null ? (
          'What a day of waiting may do is not known yet: there is too little price history.'
        ) : (
          <>
            Trading now costs <Money text={cost} /> {quote} for certain. Left as it is, the drift moves the result by
            about ±
            <Money text={risk} /> {quote} in a day (one standard deviation), {comparison(cost, risk)}.
          </>
        )}
      </p>
    </div>
  )
}

type BarProps = { name: string; text: string | null; share: number; look: 'now' | 'later' }

function CostBar({ name, text, share, look }: BarProps) {
  return (
    <li>
      <span>{name}</span>
      <span className="cost-track" aria-hidden="true">
        {text !== null && <span className={`cost-${look}`} style={{ width: `${Math.max(share * 100, 1)}%` }} />}
      </span>
      <span className="num">
        {look === 'later' && text !== null && '±'}
        <Money text={text} />
      </span>
    </li>
  )
}
