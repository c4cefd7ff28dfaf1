/** What every REST answer is made of: `{"error":[],"result":…}`; without a result when refused. */
export type Answer = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string }

export const answer = (result: unknown): Answer => ({ ok: true, result })
export const refuse = (error: string): { readonly ok: false; readonly error: string } => ({ ok: false, error })

/** Parameters as text, whatever form they came in. */
export type Params = Readonly<Record<string, string>>

/** Kraken counts in seconds with a fraction. */
export const secondsOf = (ms: number): number => ms / 1_000

/** `true`, as a form writes it. */
export const isTrue = (text: string | undefined): boolean => text === 'true' || text === 'True' || text === '1'

/** At least so many decimals, and all there are: an answer that hid a fraction of a fee could not be reconciled. */
export function atLeast(text: string, decimals: number): string {
  const [whole = '0', part = ''] = text.split('.')
  return `${whole}.${part.padEnd(decimals, '0')}`
}
