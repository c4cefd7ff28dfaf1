import { readFileSync } from 'node:fs'
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { NAMED_ANSWERS } from './named-answers.ts'
import type { Provider, Reply } from './replies.ts'

/** One answer as the script names it, with what it sends. */
export type ScriptedAnswer = { readonly title: string; readonly reply: Reply }
export type Script = Readonly<Record<Provider, readonly ScriptedAnswer[]>>

const NAMES = Object.keys(NAMED_ANSWERS)
const ANSWER = z
  .preprocess(
    // A name alone is short for the name without settings.
    (written) => (typeof written === 'string' ? { [written]: {} } : written),
    z.strictObject(NAMED_ANSWERS, {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? `is no answer there is: expected one of ${NAMES.join(', ')}`
          : 'expected the name of an answer, or a name with its settings, such as right: {option: half_size}',
    }),
  )
  .transform((written, { addIssue, issues }): ScriptedAnswer => {
    const [[name, answer] = ['', undefined], ...more] = Object.entries(written)
    if (answer !== undefined && more.length === 0) return { title: titleOf(name, answer.settings), reply: answer.reply }
    // A name that is not known is complained of already.
    if (issues.length === 0) addIssue('expected one answer: begin each on a line of its own with "- "')
    return z.NEVER
  })
const ANSWERS = z
  .array(ANSWER, 'expected a list of answers, each on a line that begins with "- "')
  .min(1, 'expected at least one answer, such as "- right"')
const SCRIPT = z.strictObject(
  { deepseek: ANSWERS, claude: ANSWERS },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'is no provider: expected deepseek and claude'
        : 'expected deepseek and claude, each with a list of answers',
  },
)

const titleOf = (name: string, settings: object): string => {
  const given = Object.entries(settings).map(([setting, value]) => `${setting} ${value}`)
  return given.length === 0 ? name : `${name} (${given.join(', ')})`
}

/** Errors `script/…`: `unreadable`; `invalid` lists every problem as `file:line path: what was expected`. */
export function readScript(file: string): Result<Script> {
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    return fail('script/unreadable', `${file} cannot be read (${why}): expected the path of a script after --script`)
  }
  const lines = new LineCounter()
  // The failsafe schema reads every scalar as text: 500 is a name here.
  const document = parseDocument(source, { schema: 'failsafe', lineCounter: lines, uniqueKeys: true })
  const unreadable = document.errors.map(
    ({ message, pos }) => `${file}:${lines.linePos(pos[0]).line} is not YAML: ${message.split(/ at line |\n/)[0]}`,
  )
  if (unreadable.length > 0) return fail('script/invalid', unreadable.join('\n'))
  const parsed = SCRIPT.safeParse(document.toJS())
  if (parsed.success) return ok(parsed.data)
  const problems = parsed.error.issues.flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    return paths.map((path) => `${file}:${lineOf(document.contents, lines, path)} ${inWords(path)}${issue.message}`)
  })
  return fail('script/invalid', problems.join('\n'))
}

/** As it is counted by people: `deepseek, answer 2, right.option: `. */
function inWords([provider, index, ...settings]: readonly PropertyKey[]): string {
  if (provider === undefined) return ''
  const answer = index === undefined ? [] : [`answer ${Number(index) + 1}`]
  const setting = settings.length === 0 ? [] : [settings.join('.')]
  return `${[String(provider), ...answer, ...setting].join(', ')}: `
}

/** The line of the deepest part of `path` that exists. */
function lineOf(contents: unknown, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node = contents
  let offset = 0
  for (const part of path) {
    if (isMap(node)) {
      const found = node.items.find(({ key }) => isScalar(key) && key.value === String(part))
      if (found === undefined) break
      if (isScalar(found.key)) offset = found.key.range?.[0] ?? offset
      node = found.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = (node as { range?: readonly number[] | null }).range?.[0] ?? offset
    }
  }
  return lines.linePos(offset).line
}
