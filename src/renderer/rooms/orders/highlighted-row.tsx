import { type ReactNode, useEffect, useRef } from 'react'

type Props = { isChosen: boolean; isAlarming?: boolean; children: ReactNode }

/** A row that a link or the cursor led to: brought into sight and marked. */
export function HighlightedRow({ isChosen, isAlarming = false, children }: Props) {
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  return (
    <tr
      ref={row}
      className={`${isChosen ? 'row-chosen' : ''} ${isAlarming ? 'row-alarm' : ''}`}
      aria-current={isChosen ? 'true' : undefined}
    >
      {children}
    </tr>
  )
}
