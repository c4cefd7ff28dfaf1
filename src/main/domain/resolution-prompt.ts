import { fail, ok, type Result } from '../../shared/result.ts'
import type { Case } from './case.ts'
import { oneLine } from './resolution-text.ts'

export type Prompt = { readonly system: string; readonly user: string }
/** The three parts of a file of config/prompts. */
export type PromptTemplate = { readonly system: string; readonly user: string; readonly retry: string }

type Part = keyof PromptTemplate
const CASE_HOLES = ['case', 'options', 'default'] as const
const HOLE = /\{\{([^{}]*)\}\}/g

/**
 * Takes apart the prompt's file: `# System`, `# User`, `# Retry`, each with its named holes; what stands before the
 * first is a comment. Error `prompt/invalid` names what is missing or not known.
 *
 * @param file what the text is called in that error.
 * @param userHoles of the part `# User`.
 */
export function readTemplate(
  file: string,
  text: string,
  userHoles: readonly string[] = CASE_HOLES,
): Result<PromptTemplate> {
  const partHoles: Record<Part, readonly string[]> = { system: [], user: userHoles, retry: ['problem'] }
  const invalid = (what: string) => fail('prompt/invalid', `${file}: ${what}.`)
  const parts: Partial<Record<Part, string>> = {}
  for (const part of text.split(/^# +/m).slice(1)) {
    const [heading = '', ...lines] = part.split('\n')
    const name = heading.trim().toLowerCase()
    if (!Object.hasOwn(partHoles, name)) return invalid(`"# ${heading.trim()}" is not one of # System, # User, # Retry`)
    parts[name as Part] = lines.join('\n').trim()
  }
  for (const [name, holes] of Object.entries(partHoles) as [Part, readonly string[]][]) {
    const found = Array.from((parts[name] ?? '').matchAll(HOLE), ([, hole = '']) => hole)
    const unknown = found.find((hole) => !holes.includes(hole))
    const missing = holes.find((hole) => !found.includes(hole))
    if (!parts[name]) return invalid(`the part "# ${name}" is missing`)
    if (unknown !== undefined) return invalid(`"# ${name}" has a hole {{${unknown}}} that nothing fills`)
    if (missing !== undefined) return invalid(`"# ${name}" needs the hole {{${missing}}}`)
  }
  return ok(parts as PromptTemplate)
}

/** @param problem why the model's answer before this one could not be used; null the first time. */
export const buildPrompt = (template: PromptTemplate, about: Case, problem: string | null): Prompt =>
  fillTemplate(
    template,
    {
      case: fenced(about.facts),
      options: fenced(about.options.map(({ id, text }) => ({ id, consequence: text }))),
      default: about.defaultOptionId,
    },
    problem,
  )

/**
 * @param values for the holes of the part `# User`; what comes from outside must be `fenced`.
 * @param problem as in `buildPrompt`.
 */
export function fillTemplate(
  template: PromptTemplate,
  values: Readonly<Record<string, string>>,
  problem: string | null,
): Prompt {
  const user = filled(template.user, values)
  if (problem === null) return { system: template.system, user }
  const retry = filled(template.retry, { problem: fenced(oneLine(problem, 500)) })
  return { system: template.system, user: `${user}\n\n${retry}` }
}

/** Fills every hole once: what is filled in is never searched for holes. */
const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(HOLE, (_, hole: string) => values[hole] ?? '')

/** As JSON in which nothing can close the fence around it. */
export const fenced = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /[<>&`]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
