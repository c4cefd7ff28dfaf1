import { type ReactNode, useEffect, useRef } from 'react'

/** A row that a link led to: brought into sight and marked. */
export function HighlightedRow({ isChosen, children }: { isChosen: boolean; children: ReactNode }) {
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'center' })
  }, [isChosen])
  return (
    <tr ref={row} className={isChosen ? 'row-chosen' : ''} aria-current={isChosen ? 'true' : undefined}>
      {children}
    </tr>
  )
}
