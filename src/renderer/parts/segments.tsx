import { useId } from 'react'

type Props<T extends string> = {
  label: string
  options: ReadonlyArray<{ readonly value: T; readonly name: string }>
  value: T
  onChange: (value: T) => void
}

/** A few choices side by side, one of them chosen. */
export function Segments<T extends string>({ label, options, value, onChange }: Props<T>) {
  const name = useId()
  return (
    <fieldset className="segments">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={option.value === value ? 'is-chosen' : ''}>
          <input
            type="radio"
            className="sr-only"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.name}
        </label>
      ))}
    </fieldset>
  )
}
