import { type ReactNode, useId } from 'react'

type Props = {
  label: string
  text: string
  problem: string | null
  onChange: (text: string) => void
  /** Fills the field with a value that is often wanted. */
  shortcut?: ReactNode
}

/** A number that is typed, and what is wrong with it. */
export function NumberField({ label, text, problem, onChange, shortcut }: Props) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="num"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-problem`} className="field-problem">
        {problem}
      </span>
      <span className="field-shortcut">{shortcut}</span>
    </div>
  )
}
