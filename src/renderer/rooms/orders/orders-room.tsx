import { useRef } from 'react'
import { RoomFrame } from '../../parts/panel.tsx'
import { useKeys } from '../../stores/keys.ts'
import { useIsLive, useView } from '../../stores/projection.ts'
import { replaceId, useRoute } from '../../stores/route.ts'
import { ClosedPositions } from './closed-positions.tsx'
import { ExternalOrders } from './external-orders.tsx'
import { OpenOrders } from './open-orders.tsx'
import { ask, mayCancel, mayChange, OrderDialogs } from './order-dialogs.tsx'
import { OrderHistory } from './order-history.tsx'
import { Positions } from './positions.tsx'

export function OrdersRoom() {
  const room = useRef<HTMLDivElement>(null)
  useRoomKeys(() => room.current?.querySelector<HTMLInputElement>('input[type="search"]')?.focus())
  return (
    <RoomFrame title="Orders">
      <div ref={room} className="orders">
        <Positions />
        <OpenOrders />
        <ExternalOrders />
        <ClosedPositions />
        <OrderHistory />
        <OrderDialogs />
      </div>
    </RoomFrame>
  )
}

/** The cursor goes through positions and then open orders; what a key does depends on where it stands. */
function useRoomKeys(search: () => void): void {
  const { positions, open } = useView((view) => view.orders)
  const { id: chosenId } = useRoute()
  const isConnected = useIsLive()
  const ids = [...positions, ...open].map(({ id }) => id)
  const at = chosenId === null ? -1 : ids.indexOf(chosenId)
  const moveTo = (index: number): void => {
    const id = ids[Math.min(ids.length - 1, Math.max(0, index))]
    if (id !== undefined) replaceId('orders', id)
  }
  const position = positions.find(({ id }) => id === chosenId)
  const order = open.find(({ id }) => id === chosenId)
  useKeys({
    j: () => moveTo(at + 1),
    k: () => moveTo(at === -1 ? 0 : at - 1),
    m: () => isConnected && mayChange(position) && ask({ kind: 'modify', id: position.id }),
    x: () => {
      if (!isConnected) return
      if (mayChange(position)) ask({ kind: 'close', id: position.id })
      else if (mayCancel(order)) ask({ kind: 'cancel', id: order.id })
    },
    '/': search,
  })
}
