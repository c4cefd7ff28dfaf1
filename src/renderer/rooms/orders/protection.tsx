import { Hourglass, ShieldAlert, ShieldCheck, ShieldOff } from 'lucide-react'
import type { PositionView } from '../../../shared/contract/views.ts'
import { decimal, toText } from '../../../shared/money.ts'
import { percent, toShape } from '../../format.ts'
import { Elapsed } from '../../parts/age.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Price } from '../../parts/number.tsx'
import { Stacked } from '../../parts/stacked.tsx'

const REASONS = {
  stop: 'stop reached',
  target: 'target reached',
  trader: 'by the trader',
  time: 'held too long',
  unprotected: 'no stop could be placed',
  signal: 'the analysts saw it turn',
  breaker: 'a circuit breaker tripped',
} as const
export const exitText = (reason: PositionView['exitReason']): string => (reason === null ? '—' : REASONS[reason])

/** What stands between a position and the market while nobody watches. */
export function Protection({ position }: { position: PositionView }) {
  const { protection, symbol } = position
  switch (protection.state) {
    case 'resting':
      return (
        <Stacked sub={<RestingStop position={position} />}>
          <Chip tone="good" icon={<ShieldCheck size={12} aria-hidden="true" />}>
            Stop rests
          </Chip>
        </Stacked>
      )
    case 'placing':
      return (
        <Stacked
          sub={
            <>
              for <Elapsed since={protection.since} /> at <Price symbol={symbol} text={protection.trigger} />
            </>
          }
        >
          <Chip tone="warn" icon={<Hourglass size={12} aria-hidden="true" />}>
            Placing stop
          </Chip>
        </Stacked>
      )
    case 'unprotected':
      return (
        <Stacked sub={<Uncovered position={position} />}>
          <Chip tone="alarm" icon={<ShieldAlert size={12} aria-hidden="true" />}>
            Unprotected <Elapsed since={protection.since} />
          </Chip>
        </Stacked>
      )
    case 'closing':
      return (
        <Stacked sub={exitText(position.exitReason)}>
          {protection.since === null ? (
            <Chip tone="info">Closing</Chip>
          ) : (
            <Chip tone="bad" icon={<ShieldOff size={12} aria-hidden="true" />}>
              Closing, no stop <Elapsed since={protection.since} />
            </Chip>
          )}
        </Stacked>
      )
    case 'none':
      return <small className="faint">{toShape(position.amount) === 0 ? '—' : 'too small for a stop'}</small>
  }
}

function RestingStop({ position: { symbol, stop, protection } }: { position: PositionView }) {
  const isMoving = protection.trigger !== null && protection.trigger !== stop
  return (
    <>
      at <Price symbol={symbol} text={protection.trigger} />
      {isMoving && <span className="soon"> moving</span>}
    </>
  )
}

function Uncovered({ position: { amount, protection } }: { position: PositionView }) {
  if (protection.amount === '0') return 'no stop rests'
  const covered = decimal(protection.amount).div(decimal(amount)).times(decimal('100'))
  return <span className="num">{percent(toText(covered.round(4)), 0)} covered</span>
}
