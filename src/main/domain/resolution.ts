import { fail, ok, type Result } from '../../shared/result.ts'
import type { Case } from './case.ts'
import { type Citation, ungrounded } from './resolution-grounding.ts'
import { oneLine } from './resolution-text.ts'

/** What a model said, as far as it is allowed to say anything. */
export type Answer =
  | {
      readonly kind: 'choice'
      readonly optionId: string
      readonly confidence: number
      readonly reasons: string
      /** What it quotes of the case, each as it stands there. */
      readonly citations: readonly Citation[]
    }
  | { readonly kind: 'abstain'; readonly reasons: string }

/** The word for choosing nothing; never an option's id. */
const ABSTAIN = 'abstain'
/** Characters. */
const ANSWER_LIMIT = 20_000
const REASONS_LIMIT = 2_000
const CITATIONS_LIMIT = 12
const DEPTH_LIMIT = 4
const REASONS_NAMED = /(?<!\\)"reasons"\s*:/g

/** The answer's shape for providers that take a schema. They enforce no bounds and know no options: `readAnswer` does. */
export const ANSWER_SCHEMA = {
  type: 'object',
  properties: {
    option: { type: 'string', description: 'The id of one listed option, or "abstain".' },
    confidence: { type: 'number', description: 'From 0 to 1.' },
    reasons: { type: 'string', description: 'A few sentences without numbers.' },
    cites: {
      type: 'array',
      description: 'What in the case decided it, each as it stands there.',
      items: {
        type: 'object',
        properties: {
          field: { type: 'string', description: 'Its path in the case, e.g. first.confidence.' },
          value: { anyOf: [{ type: 'number' }, { type: 'string' }] },
        },
        required: ['field', 'value'],
        additionalProperties: false,
      },
    },
  },
  required: ['option', 'confidence', 'reasons', 'cites'],
  additionalProperties: false,
}

/**
 * Reads whatever a model sent back: a listed option, an abstention, or a failure that says in words for the model and
 * for the trader what was wrong. Nothing is repaired.
 *
 * Errors `answer/…`: `blank`, `too-long`, `too-deep`, `not-json`, `wrong-shape`, `unknown-option`, `confidence`,
 * `ungrounded`.
 */
export function readAnswer(text: string, about: Case): Result<Answer> {
  const parsed = jsonOf(text)
  if (!parsed.ok) return parsed
  // Of a name that is said twice the parser keeps the last, and nobody would see what the first said.
  if ([...text.matchAll(REASONS_NAMED)].length > 1) return fail('answer/wrong-shape', '"reasons" is said twice.')
  return check(parsed.value, about)
}

/**
 * What a model sent back as JSON, with or without a code fence around it. Errors `answer/…`: `blank`, `too-long`,
 * `too-deep`, `not-json`.
 */
export function jsonOf(text: string): Result<unknown> {
  if (text.length > ANSWER_LIMIT) return fail('answer/too-long', `It has more than ${ANSWER_LIMIT} characters.`)
  const bare = withoutFence(text)
  if (bare === '') return fail('answer/blank', 'It is blank.')
  if (isDeeperThan(bare, DEPTH_LIMIT)) return fail('answer/too-deep', 'It is nested too deeply.')
  const parsed = parse(bare)
  if (parsed !== undefined) return ok(parsed)
  return fail('answer/not-json', `It is not one JSON object and nothing else: it begins with ${quoted(bare)}.`)
}

function check(parsed: unknown, about: Case): Result<Answer> {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return fail('answer/wrong-shape', 'It is not a JSON object.')
  }
  const { option, confidence, reasons: said, cites, ...more } = parsed as Readonly<Record<string, unknown>>
  const [other] = Object.keys(more)
  if (other !== undefined) return fail('answer/wrong-shape', `It says ${quoted(other)}, which nobody asked for.`)
  if (typeof option !== 'string') return fail('answer/wrong-shape', '"option" is not a text.')
  if (typeof confidence !== 'number') return fail('answer/wrong-shape', '"confidence" is not a number.')
  if (typeof said !== 'string') return fail('answer/wrong-shape', '"reasons" is not a text.')
  if (said.length > REASONS_LIMIT)
    return fail('answer/wrong-shape', `"reasons" has more than ${REASONS_LIMIT} characters.`)
  const reasons = oneLine(said, REASONS_LIMIT)
  if (reasons === '') return fail('answer/wrong-shape', '"reasons" is blank.')
  // Written so that NaN fails too.
  if (!(confidence >= 0 && confidence <= 1)) return fail('answer/confidence', '"confidence" is not between 0 and 1.')
  const isAbstention = option === ABSTAIN
  if (!isAbstention && !about.options.some(({ id }) => id === option)) {
    return fail(
      'answer/unknown-option',
      `"option" is ${quoted(option)}, not one of ${about.options.map(({ id }) => id).join(', ')} or ${ABSTAIN}.`,
    )
  }
  const citations = citationsIn(cites)
  if (citations === null) {
    return fail(
      'answer/wrong-shape',
      `"cites" is not a list of at most ${CITATIONS_LIMIT} pairs of "field" and "value", a number or a text, and nothing else.`,
    )
  }
  if (!isAbstention && citations.length === 0) {
    return fail('answer/ungrounded', '"cites" is empty: nothing in the case is named as what decided it.')
  }
  const problem = ungrounded(reasons, citations, about)
  if (problem !== null) return fail('answer/ungrounded', problem)
  if (isAbstention) return ok({ kind: 'abstain', reasons })
  return ok({ kind: 'choice', optionId: option, confidence, reasons, citations })
}

/** Null where it is not a list of citations. */
function citationsIn(value: unknown): readonly Citation[] | null {
  if (!Array.isArray(value) || value.length > CITATIONS_LIMIT) return null
  const citations: Citation[] = []
  for (const each of value as unknown[]) {
    if (typeof each !== 'object' || each === null) return null
    const { field, value: quoted, ...more } = each as Readonly<Record<string, unknown>>
    if (Object.keys(more).length > 0) return null
    if (typeof field !== 'string' || (typeof quoted !== 'string' && typeof quoted !== 'number')) return null
    citations.push({ field, value: quoted })
  }
  return citations
}

function withoutFence(text: string): string {
  const trimmed = text.trim()
  return /^```(?:json)?[^\S\n]*\n([\s\S]*?)\n?```$/i.exec(trimmed)?.[1]?.trim() ?? trimmed
}

/** Counts brackets outside of strings, before anything recursive sees the text. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInString && character === '\\') at++
    else if (character === '"') isInString = !isInString
    else if (!isInString && (character === '{' || character === '[')) depth++
    else if (!isInString && (character === '}' || character === ']')) depth--
    if (depth > limit) return true
  }
  return false
}

/** Undefined when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const quoted = (text: string): string => JSON.stringify(oneLine(text, 40))
