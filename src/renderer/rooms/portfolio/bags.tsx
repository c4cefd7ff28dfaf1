import { Lock } from 'lucide-react'
import { Chip } from '../../parts/chip.tsx'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView, useViewParts } from '../../stores/projection.ts'

/** What is kept for good, apart from what is rebalanced. */
export function Bags() {
  const assets = useView((view) => view.portfolio.assets)
  const { bagsValue, quote } = useViewParts((view) => ({
    bagsValue: view.portfolio.bagsValue,
    quote: view.status.quote,
  }))
  return (
    <Panel
      title="Bags"
      className="bags-panel"
      note={<Chip icon={<Lock size={11} aria-hidden="true" />}>never sold</Chip>}
    >
      <dl className="bag-list">
        {assets.map(({ asset, hodl }) => (
          <div key={asset}>
            <dt>{asset}</dt>
            <dd>
              <Amount asset={asset} text={hodl} />
            </dd>
          </div>
        ))}
        <div className="bag-total">
          <dt>Value, {quote}</dt>
          <dd>
            <Money text={bagsValue} />
          </dd>
        </div>
      </dl>
    </Panel>
  )
}
