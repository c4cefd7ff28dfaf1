import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { type Asset, baseOf, quoteOf, type TradedPair } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { schemas } from './config-schema.ts'

/*
 * YAML in, frozen settings out. An unknown key, a wrong unit or a value out of bounds is refused with file, line and
 * what was expected.
 */

type Name = keyof typeof schemas
export type Settings = { readonly [N in Name]: z.infer<(typeof schemas)[N]> }
export const CONFIG_NAMES = Object.keys(schemas) as readonly Name[]

/**
 * Reads the five files of `dir`, applies `key=value` overrides (`portfolio.rebalancing.threshold=3`) and checks all
 * of it. Error `config/invalid` lists every problem as `file:line key: what was expected`.
 */
export function loadSettings(dir: string, overrides: readonly string[] = []): Result<Settings> {
  const problems: string[] = []
  const values: Partial<Record<Name, unknown>> = {}
  const changes = overrides.map((override) => parseOverride(override, problems))
  for (const name of CONFIG_NAMES) {
    const own = changes.filter((change) => change?.path[0] === name)
    values[name] = loadOne(dir, name, own as Override[], problems)
  }
  if (problems.length > 0) return unusable(problems)
  const settings = values as Settings
  const crossChecked = checkTogether(settings)
  if (crossChecked.length > 0) return unusable(crossChecked)
  return ok(deepFreeze(settings))
}

const unusable = (problems: readonly string[]) =>
  fail('config/invalid', `The configuration cannot be used:\n${problems.map(withoutPasted).join('\n')}`)

/** Settings are made of words; what is longer than a word was pasted, and may be a key. */
const LONG_RUN = /[A-Za-z0-9+/_-]{16,}/g
const WORDS = /^[a-z]{1,15}([_-][a-z]{1,15})*$/
const withoutPasted = (problem: string): string =>
  problem.replace(WITH_PASSWORD, '//…@').replace(LONG_RUN, (run) => (WORDS.test(run) ? run : '…'))

/** No library takes such an address, and most quote it in their errors. */
const WITH_PASSWORD = /\/\/[^\s/?#]*@/
const NO_PASSWORD = 'expected an address without user and password'

type Override = { readonly path: readonly string[]; readonly value: string }

function parseOverride(override: string, problems: string[]): Override | null {
  const at = override.indexOf('=')
  const path = override.slice(0, at).split('.')
  if (at < 0 || path.length < 2 || !CONFIG_NAMES.includes(path[0] as Name)) {
    problems.push(`--set ${override}: expected file.key=value, such as portfolio.rebalancing.threshold=3`)
    return null
  }
  const value = override.slice(at + 1)
  if (WITH_PASSWORD.test(value)) problems.push(`--set ${path.join('.')}: ${NO_PASSWORD}`)
  return { path, value }
}

function loadOne(dir: string, name: Name, overrides: readonly Override[], problems: string[]): unknown {
  const file = `${name}.yaml`
  let source: string
  try {
    source = readFileSync(join(dir, file), 'utf8')
  } catch (error) {
    problems.push(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`)
    return undefined
  }
  const before = problems.length
  const lines = new LineCounter()
  // The failsafe schema reads every scalar as text: `1,5`, `.inf` and `1e21` reach their own check unharmed.
  const document = parseDocument(source, { schema: 'failsafe', lineCounter: lines, uniqueKeys: true })
  for (const error of document.errors) {
    problems.push(`${file}:${lines.linePos(error.pos[0]).line} ${withoutQuotation(error.message)}`)
  }
  if (problems.length > before) return undefined
  visit(document, {
    Alias(_, { range }) {
      problems.push(`${file}:${lines.linePos(range?.[0] ?? 0).line} expected a value, not a reference`)
    },
    Scalar(_, { range, value }) {
      if (typeof value !== 'string' || !WITH_PASSWORD.test(value)) return
      problems.push(`${file}:${lines.linePos(range?.[0] ?? 0).line} ${NO_PASSWORD}`)
    },
  })
  const overridden = new Set<string>()
  for (const { path, value } of overrides) {
    const own = path.slice(1)
    const parent = own.length > 1 ? document.getIn(own.slice(0, -1), true) : document.contents
    if (!isMap(parent)) problems.push(`--set ${path.join('.')}: is not a setting`)
    else document.setIn(own, value)
    overridden.add(own.join('.'))
  }
  if (problems.length > before) return undefined
  const parsed = schemas[name].safeParse(document.toJS())
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null]
    for (const key of keys) {
      const path = key === null ? issue.path : [...issue.path, key]
      const isOverride = overridden.has(path.join('.'))
      const where = isOverride ? `--set ${name}.` : `${file}:${lineOf(document, lines, path)} `
      const what = key === null ? expectationOf(issue) : 'is not a setting'
      problems.push(`${where}${path.join('.')}: ${what}`)
    }
  }
  return undefined
}

/** The library quotes what it stumbles over: `…: "text" at line 4, column 10:`, and the line below. */
const withoutQuotation = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/(: .*)? at line \d+, (column \d+):$/, ' at $2')

/** A key of a map says what it should have been itself. */
const expectationOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message

/** The line of the deepest part of `path` that exists. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let line = 1
  for (const key of path) {
    if (!isMap(node)) break
    const found = node.items.find((item) => isScalar(item.key) && item.key.value === String(key))
    if (found === undefined) break
    if (isScalar(found.key) && found.key.range) line = lines.linePos(found.key.range[0]).line
    node = found.value
  }
  return line
}

/** Rules that concern two files. */
function checkTogether(settings: Settings): string[] {
  const { quote, targets, paper, live, bags } = settings.portfolio
  const problems: string[] = []
  const markets = Object.keys(settings.execution.markets) as TradedPair[]
  for (const asset of Object.keys(targets) as Asset[]) {
    if (asset !== quote && !markets.includes(`${asset}/${quote}` as TradedPair)) {
      problems.push(`execution.yaml markets: expected a market ${asset}/${quote}, because ${asset} is a target`)
    }
  }
  for (const market of markets) {
    if (!Object.hasOwn(targets, baseOf(market)) || !Object.hasOwn(targets, quoteOf(market))) {
      problems.push(`execution.yaml markets.${market}: expected both assets among the targets of portfolio.yaml`)
    }
  }
  for (const asset of Object.keys(targets)) {
    const start = settings.execution.simulated_market.start_prices[`${asset}/${quote}` as TradedPair]
    if (asset !== quote && start === undefined) {
      problems.push(`execution.yaml simulated_market.start_prices: expected a price of ${asset}/${quote}`)
    }
  }
  for (const asset of [...Object.keys(paper.core), ...Object.keys(paper.bags)]) {
    if (!Object.hasOwn(targets, asset)) problems.push(`portfolio.yaml paper.${asset}: expected one of the targets`)
  }
  for (const asset of Object.keys(live.bags)) {
    if (!Object.hasOwn(targets, asset)) problems.push(`portfolio.yaml live.bags.${asset}: expected one of the targets`)
  }
  for (const asset of Object.keys(bags.minimum_purchase)) {
    if (!Object.hasOwn(targets, asset)) {
      problems.push(`portfolio.yaml bags.minimum_purchase.${asset}: expected one of the targets`)
    }
  }
  return problems
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const child of Object.values(value)) deepFreeze(child)
    Object.freeze(value)
  }
  return value
}
