import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized, toShape } from '../../format.ts'
import { Chip, Side, type Tone } from '../../parts/chip.tsx'
import { Amount, Money, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'

type Leg = ProposalView['legs'][number]
const TONES: Record<Leg['status'], Tone> = {
  planned: 'neutral',
  waiting: 'neutral',
  working: 'info',
  done: 'good',
  stopped: 'warn',
}

/** The trades; once approved, how far each has come. */
export function LegTable({ proposal }: { proposal: ProposalView }) {
  const quote = useView((view) => view.status.quote)
  const hasProgress = proposal.status !== 'pending' && proposal.status !== 'rejected'
  const total = proposal.legs.filter(({ status }) => status === 'done').length
  return (
    <Panel
      title="Trades"
      note={
        hasProgress
          ? `${total} of ${proposal.legs.length} done`
          : proposal.legs.length > 1
            ? 'Sells first; each is a maximum'
            : 'A maximum: never more, never worse'
      }
    >
      <TableFrame label="Trades of the proposal">
        <table className={hasProgress ? 'table has-progress' : 'table'}>
          <thead>
            <tr>
              <th scope="col">Side</th>
              <th scope="col">Pair</th>
              <th scope="col" className="leg-type">
                Type
              </th>
              <th scope="col" className="right">
                Amount
              </th>
              <th scope="col" className="right">
                Price
              </th>
              <th scope="col" className="right">
                Worst price
              </th>
              <th scope="col" className="right">
                Fee
              </th>
              <th scope="col" className="right">
                Value, {quote}
              </th>
              {hasProgress && <th scope="col">Progress</th>}
            </tr>
          </thead>
          <tbody>
            {proposal.legs.map((leg) => (
              <LegRow key={leg.index} leg={leg} hasProgress={hasProgress} />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}

function LegRow({ leg, hasProgress }: { leg: Leg; hasProgress: boolean }) {
  const share = toShape(leg.amount) === 0 ? 0 : (toShape(leg.filled) / toShape(leg.amount)) * 100
  return (
    <tr>
      <td>
        <Side side={leg.side} />
      </td>
      <th scope="row">{leg.symbol}</th>
      <td className="leg-type">{leg.orderType}</td>
      <td className="right">
        <Amount asset={baseOf(leg.symbol)} text={leg.amount} />
      </td>
      <td className="right">
        <Price symbol={leg.symbol} text={leg.price} />
      </td>
      <td className="right">
        <Price symbol={leg.symbol} text={leg.worstPrice} />
      </td>
      <td className="right num">
        <Amount asset={leg.feeAsset} text={leg.fee} /> <span className="faint">{leg.feeAsset}</span>
      </td>
      <td className="right">
        <Money text={leg.value} />
      </td>
      {hasProgress && (
        <td>
          <div className="leg-progress">
            <Chip tone={TONES[leg.status]}>{capitalized(leg.status)}</Chip>
            <ProgressBar percent={share} label={`${leg.side} ${leg.symbol}: filled`} />
          </div>
        </td>
      )}
    </tr>
  )
}
