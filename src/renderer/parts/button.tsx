import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { useIsLive } from '../stores/projection.ts'

export type Look = 'plain' | 'primary' | 'danger' | 'quiet'
type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> & {
  look?: Look
  icon?: ReactNode
  /** The key that does the same. */
  hint?: string
}

export function Button({ look = 'plain', icon, hint, className = '', children, ...rest }: Props) {
  return (
    <button type="button" className={`button button-${look} ${className}`} aria-keyshortcuts={hint} {...rest}>
      {icon}
      <span>{children}</span>
      {hint !== undefined && (
        <span aria-hidden="true" className="hint">
          {hint}
        </span>
      )}
    </button>
  )
}

/**
 * A button that asks something of the engine: dead while the window is not connected to it. While it is busy it keeps
 * the focus, which a disabled button would lose, and the keys go on from where they were.
 */
export function ActionButton({ isBusy = false, disabled = false, onClick, ...rest }: Props & { isBusy?: boolean }) {
  const isLive = useIsLive()
  return (
    <Button
      {...rest}
      disabled={disabled || !isLive}
      aria-disabled={disabled || isBusy || !isLive}
      aria-busy={isBusy}
      onClick={isBusy ? undefined : onClick}
    />
  )
}
