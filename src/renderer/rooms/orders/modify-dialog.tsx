import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { PositionView } from '../../../shared/contract/views.ts'
import { decimal } from '../../../shared/money.ts'
import { percent } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Direction } from '../../parts/chip.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Amount, Pnl, Price, RMultiple } from '../../parts/number.tsx'
import { NumberField } from '../../parts/number-field.tsx'
import { act } from '../../stores/actions.ts'
import { baseOf, quoteOf, usePrecision } from '../../stores/precision.ts'
import { type Outcome, outcomeAt, previewOf } from './modify-preview.ts'

/** Moves stop and target. Judged against the mark of this moment, again with every tick. */
export function ModifyDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const { id, symbol, isStale } = position
  const [draft, setDraft] = useState({ stop: position.stop, target: position.target })
  const { priceDecimals } = usePrecision()
  const preview = previewOf(position, draft, priceDecimals(symbol))
  return (
    <ConfirmDialog
      title={`Modify ${position.side} ${symbol}`}
      isWide
      confirm="Move them"
      isBlocked={!preview.isSendable}
      onConfirm={() => act('position.modify', { id, ...preview.change })}
      onClose={onClose}
    >
      <PositionFacts position={position} />
      <div className="field-pair">
        <NumberField
          label="Stop"
          text={draft.stop}
          problem={preview.stopProblem}
          onChange={(stop) => setDraft({ ...draft, stop })}
          shortcut={<BreakEven position={position} onPick={(stop) => setDraft({ ...draft, stop })} />}
        />
        <NumberField
          label="Target"
          text={draft.target}
          problem={preview.targetProblem}
          onChange={(target) => setDraft({ ...draft, target })}
        />
      </div>
      <Outcomes position={position} ifStopped={preview.ifStopped} ifReached={preview.ifReached} />
      <div role="status">
        {isStale && (
          <p className="blocked">
            <strong>Not now.</strong> The price is too old to judge a level against; this works again when it is fresh.
          </p>
        )}
        {preview.isWider && !isStale && (
          <p className="blocked">
            <TriangleAlert size={13} aria-hidden="true" /> <strong>The stop moves away from the mark.</strong> More is
            at risk than before.
          </p>
        )}
      </div>
    </ConfirmDialog>
  )
}

function PositionFacts({ position }: { position: PositionView }) {
  const { symbol } = position
  return (
    <dl className="facts dialog-facts">
      <div>
        <dt>Position</dt>
        <dd>
          <Direction side={position.side} leverage={position.leverage} />{' '}
          <Amount asset={baseOf(symbol)} text={position.amount} />
        </dd>
      </div>
      <div>
        <dt>Entry</dt>
        <dd>
          <Price symbol={symbol} text={position.averageEntry} />
        </dd>
      </div>
      <div>
        <dt>Mark</dt>
        <dd>
          <Price symbol={symbol} text={position.mark} isStale={position.isStale} />{' '}
          <small>
            <Age at={position.markAt} isStale={position.isStale} />
          </small>
        </dd>
      </div>
      <div>
        <dt>Unrealized</dt>
        <dd>
          <Pnl text={position.unrealized} percent={position.unrealizedPercent} isStale={position.isStale} />
        </dd>
      </div>
    </dl>
  )
}

/** Only where the entry lies on the stop's side of the mark. */
function BreakEven({ position, onPick }: { position: PositionView; onPick: (stop: string) => void }) {
  const { priceDecimals } = usePrecision()
  const decimals = priceDecimals(position.symbol)
  if (position.averageEntry === null || decimals === null) return null
  const entry = decimal(position.averageEntry).toFixed(decimals, 1)
  if (previewOf(position, { stop: entry, target: position.target }, decimals).stopProblem !== null) return null
  return (
    <Button look="quiet" className="small" onClick={() => onPick(entry)}>
      To entry
    </Button>
  )
}

type OutcomesProps = { position: PositionView; ifStopped: Outcome | null; ifReached: Outcome | null }

/** What each level means in money and in R, as it is and as it would be. */
function Outcomes({ position, ifStopped, ifReached }: OutcomesProps) {
  const rows = [
    { name: 'If stopped', before: outcomeAt(position, decimal(position.stop)), after: ifStopped },
    { name: 'If the target is reached', before: outcomeAt(position, decimal(position.target)), after: ifReached },
  ]
  return (
    <table className="table dialog-table">
      <caption className="sr-only">What stop and target would bring, before the fee of the exit</caption>
      <thead>
        <tr>
          <th scope="col">Before the exit fee, {quoteOf(position.symbol)}</th>
          <th scope="col" className="right">
            As it is
          </th>
          <th scope="col" className="right">
            As written above
          </th>
          <th scope="col" className="right">
            From the mark
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="right">
              <OutcomeText outcome={before} />
            </td>
            <td className="right">
              <OutcomeText outcome={after} />
            </td>
            <td className="right num">{percent(after?.distancePercent ?? null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function OutcomeText({ outcome }: { outcome: Outcome | null }) {
  if (outcome === null) return <span className="faint">—</span>
  return (
    <span className="outcome">
      <Pnl text={outcome.gain} /> <RMultiple text={outcome.r} />
    </span>
  )
}
