import { Layers } from 'lucide-react'
import { useState } from 'react'
import type { OpenLotView } from '../../../shared/contract/views.ts'
import { Day } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { Amount, Money, Pnl } from '../../parts/number.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { useView, useViewParts } from '../../stores/projection.ts'
import { useLoaded } from '../../stores/use-loaded.ts'

const ALL = 'All'
/** Rows drawn at once. */
const PAGE = 100

/** What is held, bought at one price each, oldest first. */
export function LotsDialog({ onClose }: { onClose: () => void }) {
  const { data, problem, reload } = useLoaded('lots.open', {})
  const names = useView((view) => view.portfolio.assets)
  const { lotMethod, quote } = useViewParts(({ portfolio, status }) => ({
    lotMethod: portfolio.lotMethod,
    quote: status.quote,
  }))
  const [asset, setAsset] = useState(ALL)
  const [drawn, setDrawn] = useState(PAGE)
  const lots = data?.lots.filter((lot) => asset === ALL || lot.asset === asset) ?? []
  return (
    <Dialog
      title="Lots"
      isWide
      onClose={onClose}
      description={`What is owned in every sleeve, oldest first. Gains are computed by ${lotMethod}; cost and gain in ${quote}.`}
    >
      <div className="dialog-choice">
        <Segments
          label="Asset"
          options={[ALL, ...names.map((each) => each.asset)].map((value) => ({ value, name: value }))}
          value={asset}
          onChange={setAsset}
        />
      </div>
      {problem !== null && data === null ? (
        <Problem text={problem.message} onRetry={reload} />
      ) : data === null ? (
        <Skeleton rows={6} />
      ) : lots.length === 0 ? (
        <Empty icon={<Layers size={20} />} title="No lots">
          A lot begins with everything that is bought, deposited or found at the start.
        </Empty>
      ) : (
        <LotTable lots={lots.slice(0, drawn)} />
      )}
      {lots.length > drawn && (
        <div className="more">
          <Button className="small" onClick={() => setDrawn(drawn + PAGE)}>
            {`Show more of ${lots.length}`}
          </Button>
        </div>
      )}
    </Dialog>
  )
}

function LotTable({ lots }: { lots: readonly OpenLotView[] }) {
  return (
    <TableFrame label="Lots">
      <table className="table dialog-table lot-table">
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">Acquired</th>
            <th scope="col" className="right">
              Held
            </th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col" className="right">
              Cost
            </th>
            <th scope="col" className="right">
              Unrealized
            </th>
          </tr>
        </thead>
        <tbody>
          {lots.map((lot, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lots have no id; they are drawn anew together
            <tr key={i}>
              <th scope="row">{lot.asset}</th>
              <td>
                <Day at={lot.acquiredAt} />
              </td>
              <td className="right num">{lot.heldDays} d</td>
              <td className="right">
                <Amount asset={lot.asset} text={lot.amount} />
              </td>
              <td className="right">
                <Money text={lot.cost} />
              </td>
              <td className="right">
                <Pnl text={lot.unrealized} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}
