import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized, fixed } from '../../format.ts'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'

/** What it leaves alone; of a trade without a plan also what it costs. */
export function ProposalFacts({ proposal }: { proposal: ProposalView }) {
  const quote = useView((view) => view.status.quote)
  const { plan } = proposal
  return (
    <Panel title={plan === null ? 'Cost and limits' : 'Left alone'}>
      <dl className="facts">
        {plan === null && (
          <Fact name="Expected fees">
            <Money text={proposal.fees} /> {quote}{' '}
            <span className="faint num">({fixed(proposal.feesBasisPoints, 1)} bp)</span>
          </Fact>
        )}
        <Fact
          name={
            <>
              <Lock size={11} aria-hidden="true" /> Bags, untouched
            </>
          }
        >
          {proposal.bags.length === 0
            ? 'none'
            : proposal.bags.map(({ asset, amount }, i) => (
                <span key={asset}>
                  {i > 0 && ' · '}
                  <Amount asset={asset} text={amount} /> {asset}
                </span>
              ))}
        </Fact>
        {plan !== null && plan.folded.length > 0 && (
          <Fact name="Too little to send, folded away">
            {plan.folded.map(({ symbol, side, amount }, i) => (
              <span key={`${symbol} ${side}`}>
                {i > 0 && ' · '}
                {capitalized(side)} <Amount asset={baseOf(symbol)} text={amount} /> {symbol}
              </span>
            ))}
          </Fact>
        )}
        <Fact name="Core sleeve">
          <Money text={proposal.coreValue} /> {quote}
        </Fact>
      </dl>
    </Panel>
  )
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
