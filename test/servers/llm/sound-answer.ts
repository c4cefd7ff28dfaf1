import type { Facts } from '../../../src/main/domain/case.ts'
import { fieldsOf } from '../../../src/main/domain/resolution-grounding.ts'

/*
 * Answers that the program can use, made from what the prompt shows: how each prompt is written stands in config/prompts.
 */

/** Fields of the case that are quoted. */
const CITED = 4

/** @param wanted the option to choose where one is to be chosen; the first that is offered unless given. */
export function soundAnswer(prompt: string, wanted?: string): object {
  const options = between<readonly { readonly id: string }[]>(prompt, 'options')
  const about = between<Facts>(prompt, 'case')
  const headlines = between<readonly unknown[]>(prompt, 'headlines')
  if (options !== null && about !== null) return choice(about, idOf(options, wanted))
  if (headlines !== null) return { scores: headlines.map(() => 0.2) }
  if (about !== null) return vote(about)
  return { ok: true }
}

function idOf(options: readonly { readonly id: string }[], wanted: string | undefined): string {
  const ids = options.map(({ id }) => id)
  if (wanted !== undefined && ids.includes(wanted)) return wanted
  const [first = 'abstain'] = ids
  if (wanted !== undefined) {
    console.error(`The option ${wanted} is not offered, but ${ids.join(', ')}: answered with ${first}.`)
  }
  return first
}

function choice(about: Facts, option: string): object {
  const cites = [...fieldsOf({ facts: about })]
    .filter(([, value]) => value !== null)
    .slice(0, CITED)
    .map(([field, value]) => ({ field, value }))
  return { option, confidence: 0.7, reasons: 'This is what the script says.', cites }
}

/** Of a panel's member: it agrees with the first agent that has a direction. */
function vote(about: Facts): object {
  const { agents = [] } = about as { readonly agents?: readonly { readonly bias: string }[] }
  const bias = agents.find((agent) => agent.bias !== 'neutral')?.bias ?? 'neutral'
  return { bias, confidence: 0.6, reason: 'This is what the script says.' }
}

/** What stands between two marks on lines of their own: instructions name the marks too, within their lines. */
function between<T>(prompt: string, mark: string): T | null {
  const found = new RegExp(`^<${mark}>\\n(.*?)\\n</${mark}>$`, 'ms').exec(prompt)?.[1]
  return found === undefined ? null : (JSON.parse(found) as T)
}
