/*
 * Kraken's ids, OXXXXX-XXXXX-XXXXXX, made from a running number and read back from it: nothing has to be remembered, so
 * no crash can come between an order and its name.
 */

export type IdKind = 'O' | 'T' | 'L'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LENGTH = 16
const SPACE = 1n << 80n
/** Odd, therefore invertible: neighbours become strangers and no two numbers share an id. */
const SCATTER = 0x9e37_79b9_7f4a_7c15_f39dn
const UNSCATTER = inverse(SCATTER)
const OFFSET: Readonly<Record<IdKind, bigint>> = {
  O: 0x1357_9bdf_0246_8acen,
  T: 0x2468_ace0_1357_9bdfn,
  L: 0x5a5a_1234_9876n,
}

export function txidOf(kind: IdKind, number: number): string {
  let rest = (BigInt(number) * SCATTER + OFFSET[kind]) % SPACE
  let text = ''
  for (let i = 0; i < LENGTH; i++) {
    text = LETTERS[Number(rest % 32n)] + text
    rest /= 32n
  }
  return `${kind}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`
}

/** Null when no number has this id. */
export function numberOf(kind: IdKind, txid: string): number | null {
  if (!/^[OTL][A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/.test(txid) || txid[0] !== kind) return null
  let value = 0n
  for (const letter of txid.slice(1).replaceAll('-', '')) value = value * 32n + BigInt(LETTERS.indexOf(letter))
  const number = ((((value - OFFSET[kind]) * UNSCATTER) % SPACE) + SPACE) % SPACE
  return number > 0n && number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : null
}

/** Newton's iteration: every round doubles the bits that are right. */
function inverse(odd: bigint): bigint {
  let x = odd
  for (let i = 0; i < 7; i++) x = (x * (2n - odd * x)) % SPACE
  return ((x % SPACE) + SPACE) % SPACE
}
