import { fail, ok, type Result } from '../../shared/result.ts'
import type { Case } from './case.ts'
import { inventedNumber } from './resolution-numbers.ts'
import { oneLine } from './resolution-text.ts'

/** What a model said, as far as it is allowed to say anything. */
export type Answer =
  | { readonly kind: 'choice'; readonly optionId: string; readonly confidence: number; readonly reasons: string }
  | { readonly kind: 'abstain'; readonly reasons: string }

/** The word for choosing nothing; never an option's id. */
const ABSTAIN = 'abstain'
/** Characters. */
const ANSWER_LIMIT = 20_000
const REASONS_LIMIT = 2_000
const DEPTH_LIMIT = 4

/** The answer's shape for providers that take a schema. They enforce no bounds and know no options: `readAnswer` does. */
export const ANSWER_SCHEMA = {
  type: 'object',
  properties: {
    option: { type: 'string', description: 'The id of one listed option, or "abstain".' },
    confidence: { type: 'number', description: 'From 0 to 1.' },
    reasons: { type: 'string', description: 'A few sentences; no numbers but those of the case.' },
  },
  required: ['option', 'confidence', 'reasons'],
  additionalProperties: false,
}

/**
 * Reads whatever a model sent back: a listed option, an abstention, or a failure that says in words for the model and
 * for the trader what was wrong. Nothing is repaired.
 *
 * Errors `answer/…`: `blank`, `too-long`, `too-deep`, `not-json`, `wrong-shape`, `unknown-option`, `confidence`,
 * `invented-number`.
 */
export function readAnswer(text: string, about: Case): Result<Answer> {
  const parsed = jsonOf(text)
  return parsed.ok ? check(parsed.value, about) : parsed
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
  const { option, confidence, reasons: said } = parsed as Readonly<Record<string, unknown>>
  if (typeof option !== 'string') return fail('answer/wrong-shape', '"option" is not a text.')
  if (typeof confidence !== 'number') return fail('answer/wrong-shape', '"confidence" is not a number.')
  if (typeof said !== 'string') return fail('answer/wrong-shape', '"reasons" is not a text.')
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
  const invented = inventedNumber(reasons, about)
  if (invented !== null) {
    return fail('answer/invented-number', `"reasons" quotes ${quoted(invented)}, which is not a number of the case.`)
  }
  return ok(isAbstention ? { kind: 'abstain', reasons } : { kind: 'choice', optionId: option, confidence, reasons })
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
