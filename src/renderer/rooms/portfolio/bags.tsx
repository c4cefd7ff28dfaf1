import { Lock } from 'lucide-react'
import type { AssetView, SavingsView } from '../../../shared/contract/views.ts'
import { toShape } from '../../format.ts'
import { ActionButton } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useKeys } from '../../stores/keys.ts'
import { ask } from '../../stores/portfolio-questions.ts'
import { useIsLive, useView, useViewParts } from '../../stores/projection.ts'

/** What is kept for good, apart from what is rebalanced. */
export function Bags() {
  const assets = useView((view) => view.portfolio.assets)
  const savings = useView((view) => view.portfolio.savings)
  const { bagsValue, quote } = useViewParts((view) => ({
    bagsValue: view.portfolio.bagsValue,
    quote: view.status.quote,
  }))
  const isLive = useIsLive()
  const add = (): void => ask({ kind: 'add' })
  const release = (): void => ask({ kind: 'release' })
  useKeys({ b: () => isLive && add(), r: () => isLive && release() })
  return (
    <Panel
      title="Bags"
      className="bags-panel"
      note={<Chip icon={<Lock size={11} aria-hidden="true" />}>never sold</Chip>}
    >
      <ul className="bag-list">
        {assets.map((asset) => (
          <Bag
            key={asset.asset}
            asset={asset}
            saving={savings.find((each) => each.asset === asset.asset) ?? null}
            quote={quote}
          />
        ))}
        <li className="bag-total">
          <span>Value, {quote}</span>
          <strong>
            <Money text={bagsValue} />
          </strong>
        </li>
      </ul>
      <div className="button-row">
        <ActionButton className="small" hint="B" onClick={add}>
          Add to bag…
        </ActionButton>
        <ActionButton className="small" hint="R" onClick={release}>
          Release from bag…
        </ActionButton>
      </div>
    </Panel>
  )
}

function Bag({ asset, saving, quote }: { asset: AssetView; saving: SavingsView | null; quote: string }) {
  return (
    <li>
      <span>{asset.asset}</span>
      <Amount asset={asset.asset} text={asset.hodl} />
      {saving !== null && /[1-9]/.test(saving.saved + saving.minimum) && <Savings saving={saving} quote={quote} />}
    </li>
  )
}

/** What tactical profits have set aside, on its way to the least that can be bought. */
function Savings({ saving, quote }: { saving: SavingsView; quote: string }) {
  const { asset, saved, minimum, heldBackBecause } = saving
  const needsPurchase = /[1-9]/.test(minimum)
  const share = needsPurchase ? Math.min(100, (toShape(saved) / toShape(minimum)) * 100) : 100
  return (
    <div className="bag-savings">
      {needsPurchase && (
        <span
          className="progress-track"
          role="progressbar"
          aria-label={`Saved for ${asset}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share)}
        >
          <span style={{ width: `${share}%` }} />
        </span>
      )}
      <small>
        <Money text={saved} />
        {needsPurchase && (
          <>
            {' '}
            of <Money text={minimum} />
          </>
        )}{' '}
        {quote} saved
      </small>
      {heldBackBecause !== null && <small className="held-back">Not bought yet: {heldBackBecause}</small>}
    </div>
  )
}
