import type { ReactNode } from 'react'

/** Two lines in one cell: what counts, and what belongs to it. */
export function Stacked({ sub, children }: { sub: ReactNode; children: ReactNode }) {
  return (
    <span className="stacked">
      <span>{children}</span>
      {sub !== null && <small>{sub}</small>}
    </span>
  )
}
