import { shortId } from '../../format.ts'
import { hashOf } from '../../stores/address.ts'

/** Where an order came from, with the way there. */
export function Origin({ origin, correlationId }: { origin: string; correlationId: string }) {
  const isPosition = origin.startsWith('pos_')
  return (
    <span className="origin">
      <a href={hashOf({ room: isPosition ? 'orders' : 'decisions', id: origin })} title={origin}>
        {isPosition ? 'Position' : 'Proposal'} <span className="num origin-id">{shortId(origin)}</span>
      </a>
      <a className="trace-link" href={hashOf({ room: 'journal', id: correlationId })}>
        Trace
      </a>
    </span>
  )
}
