import { TriangleAlert } from 'lucide-react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { Chip, type Tone } from '../../parts/chip.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { countdown } from '../../times.ts'

const TONES: Readonly<Record<string, Tone>> = {
  filled: 'good',
  rejected: 'bad',
  expired: 'warn',
  open: 'info',
  partially_filled: 'info',
}

/** Where an order stands. In doubt is said first: nobody knows yet whether the exchange has it. */
export function OrderState({ order }: { order: OrderView }) {
  if (!order.inDoubt) return <Chip tone={TONES[order.status] ?? 'neutral'}>{capitalized(words(order.status))}</Chip>
  return (
    <Stacked sub={<DoubtEnds until={order.doubtUntil} />}>
      <Chip tone="bad" icon={<TriangleAlert size={11} aria-hidden="true" />}>
        In doubt
      </Chip>
    </Stacked>
  )
}

function DoubtEnds({ until }: { until: number | null }) {
  const now = useEngineNow()
  if (until === null) return 'asking the exchange'
  if (now >= until) return <span className="soon">overdue, still asking</span>
  return (
    <>
      known in <span className="num">{countdown(until, now)}</span>
    </>
  )
}
