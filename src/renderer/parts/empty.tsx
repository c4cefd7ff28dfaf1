import type { ReactNode } from 'react'

/** Instead of an empty place: what will appear there, and when. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      {icon !== undefined && <span aria-hidden="true">{icon}</span>}
      <p className="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  )
}

/** Drawn only after 300 ms (in CSS): what comes at once must not flicker. */
export function Skeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars that are all alike
        <span key={i} />
      ))}
    </div>
  )
}

export function Problem({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div className="empty" role="status">
      <p className="empty-title">This could not be loaded.</p>
      <p>{text}</p>
      <button type="button" className="button button-plain" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}
