import { type Decimal, DecimalText, decimal } from '../shared/money.ts'

const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/

/** As typed: spaces and thousands separators are forgiven. A comma where a point belongs is not guessed at. */
export function typedNumber(text: string): Decimal | null {
  const spaceless = text.replace(/\s/g, '')
  const plain = GROUPED.test(spaceless) ? spaceless.replaceAll(',', '') : spaceless
  return DecimalText.safeParse(plain).success ? decimal(plain) : null
}
