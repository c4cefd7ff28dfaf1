import { create } from 'zustand'
import type { OrderView, PositionView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { act } from '../../stores/actions.ts'
import { useView } from '../../stores/projection.ts'
import { CloseDialog } from './close-dialog.tsx'
import { ModifyDialog } from './modify-dialog.tsx'

type Question = { readonly kind: 'modify' | 'close' | 'cancel'; readonly id: string }
const useQuestion = create<{ readonly open: Question | null }>()(() => ({ open: null }))

/** Opens a dialog about a position or an order of this room. */
export const ask = (open: Question): void => useQuestion.setState({ open })
const answered = (): void => useQuestion.setState({ open: null })

/** They read the position of this moment: when it ends meanwhile, so does the question. */
export function OrderDialogs() {
  const question = useQuestion((state) => state.open)
  const { positions, open } = useView((view) => view.orders)
  if (question === null) return null
  const position = positions.find(({ id }) => id === question.id)
  const order = open.find(({ id }) => id === question.id)
  switch (question.kind) {
    case 'modify':
      return mayChange(position) && <ModifyDialog key={position.id} position={position} onClose={answered} />
    case 'close':
      return mayChange(position) && <CloseDialog key={position.id} position={position} onClose={answered} />
    case 'cancel':
      return mayCancel(order) && <CancelOrder order={order} />
  }
}

export const mayChange = (position: PositionView | undefined): position is PositionView =>
  position !== undefined && !position.isClosing
/** What is in doubt is looked for first; a protective stop goes with its position. */
export const mayCancel = (order: OrderView | undefined): order is OrderView =>
  order !== undefined && !order.inDoubt && order.purpose !== 'protective stop'

function CancelOrder({ order }: { order: OrderView }) {
  return (
    <ConfirmDialog
      title="Cancel this order?"
      description={`${capitalized(order.side)} ${order.amount} ${order.symbol}. What is filled already stays; the rest of its ${order.purpose === 'exit' ? 'exit' : 'proposal'} is not sent again by itself.`}
      confirm="Cancel order"
      look="danger"
      onConfirm={() => act('order.cancel', { id: order.id })}
      onClose={answered}
    />
  )
}
