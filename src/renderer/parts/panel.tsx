import { type ReactNode, useId } from 'react'

type Props = { title: string; note?: ReactNode; actions?: ReactNode; className?: string; children: ReactNode }

/** A titled part of a room. */
export function Panel({ title, note, actions, className = '', children }: Props) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className="panel-note">{note}</div>}
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  )
}

export function RoomFrame({
  title,
  className = '',
  children,
}: {
  title: string
  className?: string
  children: ReactNode
}) {
  return (
    <section className={`room ${className}`} aria-labelledby="room-title">
      <h1 id="room-title" className="sr-only" tabIndex={-1}>
        {title}
      </h1>
      {children}
    </section>
  )
}

/** A table may be wider than its panel: then the panel scrolls, by keyboard too. */
export function TableFrame({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div role="group" className="table-frame" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
