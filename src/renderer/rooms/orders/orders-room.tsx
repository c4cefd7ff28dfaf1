import { RoomFrame } from '../../parts/panel.tsx'
import { ClosedPositions } from './closed-positions.tsx'
import { OpenOrders } from './open-orders.tsx'
import { OrderHistory } from './order-history.tsx'
import { Positions } from './positions.tsx'

export function OrdersRoom() {
  return (
    <RoomFrame title="Orders" className="orders">
      <Positions />
      <OpenOrders />
      <OrderHistory />
      <ClosedPositions />
    </RoomFrame>
  )
}
