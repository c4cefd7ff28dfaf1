import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized, toShape, words } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Chip, Side, type Tone } from '../../parts/chip.tsx'
import { Amount, Money, Price } from '../../parts/number.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { baseOf } from '../../stores/precision.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { countdown, dayTime } from '../../times.ts'
import type { LegChoice } from './use-leg-choice.ts'

type Leg = ProposalView['legs'][number]
const TONES: Record<Leg['status'], Tone> = {
  planned: 'neutral',
  waiting: 'neutral',
  working: 'info',
  done: 'good',
  stopped: 'warn',
  left_out: 'neutral',
}

type Props = { leg: Leg; proposal: ProposalView; choice: LegChoice | null; hasProgress: boolean }

export function LegRow({ leg, proposal, choice, hasProgress }: Props) {
  const { index, symbol, side } = leg
  const isLeftOut = leg.status === 'left_out' || choice?.leftOut.has(index) === true
  const priceAt = proposal.prices.find((price) => price.symbol === symbol)?.at ?? null
  const row = (
    <tr className={`${isLeftOut ? 'leg-left-out' : ''}${leg.problem === null ? '' : ' has-note'}`}>
      {choice !== null && (
        <td className="leg-check">
          <input
            type="checkbox"
            aria-label={`Approve leg ${index + 1}: ${side} ${symbol}`}
            checked={!isLeftOut}
            onChange={() => choice.toggle(index)}
          />
        </td>
      )}
      <th scope="row">
        <Stacked sub={leg.orderType}>
          <Side side={side} /> {symbol}
        </Stacked>
      </th>
      <td className="right">
        <Stacked sub={<Money text={leg.value} />}>
          <Amount asset={baseOf(symbol)} text={leg.amount} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked sub={proposal.status === 'pending' ? <Age at={priceAt} /> : null}>
          <Price symbol={symbol} text={leg.price} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked
          sub={
            <>
              ≤ <Money text={leg.slippageBound} />
            </>
          }
        >
          <Price symbol={symbol} text={leg.worstPrice} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked sub={leg.feeAsset}>
          <Amount asset={leg.feeAsset} text={leg.fee} />
        </Stacked>
      </td>
      <td>{isLeftOut ? 'left out' : <Start leg={leg} proposal={proposal} />}</td>
      {hasProgress && (
        <td>
          <LegProgress leg={leg} />
        </td>
      )}
    </tr>
  )
  if (leg.problem === null) return row
  return (
    <>
      {row}
      <tr className="note-row">
        <td colSpan={8} className="wrap leg-problem">
          {capitalized(leg.problem)}
        </td>
      </tr>
    </>
  )
}

/** At once, or when its slice is due. */
function Start({ leg, proposal: { createdAt, status } }: { leg: Leg; proposal: ProposalView }) {
  const now = useEngineNow()
  const zone = usePreferences((state) => state.zone)
  if (leg.notBefore <= createdAt) return <span>at once</span>
  const isAhead = leg.notBefore > now && (status === 'pending' || status === 'approved')
  return (
    <Stacked sub={isAhead ? `in ${countdown(leg.notBefore, now)}` : null}>
      <span className="num">{dayTime(leg.notBefore, now, zone)}</span>
    </Stacked>
  )
}

function LegProgress({ leg }: { leg: Leg }) {
  const share = toShape(leg.amount) === 0 ? 0 : (toShape(leg.filled) / toShape(leg.amount)) * 100
  return (
    <div className="leg-progress">
      <Chip tone={TONES[leg.status]}>{capitalized(words(leg.status))}</Chip>
      {leg.status !== 'left_out' && <ProgressBar percent={share} label={`${leg.side} ${leg.symbol}: filled`} />}
    </div>
  )
}
