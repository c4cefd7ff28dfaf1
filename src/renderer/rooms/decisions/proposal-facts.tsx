import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProposalView } from '../../../shared/contract/views.ts'
import { fixed } from '../../format.ts'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'

/** What it costs, and what it leaves alone. */
export function ProposalFacts({ proposal }: { proposal: ProposalView }) {
  const quote = useView((view) => view.status.quote)
  return (
    <Panel title="Cost and limits">
      <dl className="facts">
        <Fact name="Expected fees">
          <Money text={proposal.fees} /> {quote}{' '}
          <span className="faint num">({fixed(proposal.feesBasisPoints, 1)} bp)</span>
        </Fact>
        <Fact name="Core sleeve">
          <Money text={proposal.coreValue} /> {quote}
        </Fact>
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
