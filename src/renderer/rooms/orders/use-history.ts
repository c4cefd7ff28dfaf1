import { useEffect, useMemo, useState } from 'react'
import { toast } from 'sonner'
import { type OrderView, RECENT_ORDERS } from '../../../shared/contract/views.ts'
import { client } from '../../client.ts'
import { useView } from '../../stores/projection.ts'
import { mergedHistory } from './history-filter.ts'

/** Asked for in these steps: what is seldom looked at need not be pushed. */
const STEPS = [1_000, 10_000]

export type History = {
  /** Orders that are over, newest first. */
  readonly orders: readonly OrderView[]
  /** Older ones exist, or may. */
  readonly hasOlder: boolean
  readonly isLoading: boolean
  loadOlder(): void
}

export function useHistory(): History {
  const pushed = useView((view) => view.orders.recent)
  const [asked, setAsked] = useState<readonly OrderView[]>([])
  const [step, setStep] = useState(0)
  const [isAll, setAll] = useState(false)
  const [isLoading, setLoading] = useState(false)

  // What falls out of the pushed list is not lost once older ones are shown.
  useEffect(() => setAsked((old) => (old.length === 0 ? old : mergedHistory(pushed, old))), [pushed])

  const orders = useMemo(() => mergedHistory(pushed, asked).filter(({ isOpen }) => !isOpen), [pushed, asked])

  async function load(): Promise<void> {
    setLoading(true)
    const answer = await client.call('orders.history', { limit: STEPS[step] ?? STEPS[0] ?? RECENT_ORDERS })
    setLoading(false)
    if (!answer.ok) {
      toast.error(answer.error.message, { description: answer.error.code })
      return
    }
    setAsked((old) => mergedHistory(old, answer.value.orders))
    setAll(answer.value.isAll)
    setStep(step + 1)
  }

  return {
    orders,
    hasOlder: !isAll && step < STEPS.length && pushed.length >= RECENT_ORDERS,
    isLoading,
    loadOlder: () => void load(),
  }
}
