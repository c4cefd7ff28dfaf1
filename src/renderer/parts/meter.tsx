type Props = {
  /** 0 to 1. */
  share: number
  label: string
  /** What is said instead of a percentage. */
  text?: string
  tone?: 'plain' | 'warn' | 'bad'
}

/** How much of something there is, as a bar; the number stands beside it. */
export function Meter({ share, label, text, tone = 'plain' }: Props) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    // biome-ignore lint/a11y/useSemanticElements: no browser lets a meter of its own be drawn like this
    <span
      className={`meter meter-${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  )
}
