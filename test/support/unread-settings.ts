import { readdirSync } from 'node:fs'
import { isMap, isScalar, parseDocument } from 'yaml'

/** Assets and pairs: names that the trader chooses, so no code can spell them. */
const CHOSEN_NAME = /^[A-Z0-9]{2,10}(\/[A-Z0-9]{2,10})?$/

/** Every setting of a YAML text by its own name; a map whose keys the trader chooses counts as one setting. */
export function settingNames(yaml: string): string[] {
  const names: string[] = []
  const visit = (node: unknown): void => {
    if (!isMap(node)) return
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const inner = isMap(value) ? value.items.map((item) => (isScalar(item.key) ? String(item.key.value) : '')) : []
      const isChosenMap = inner.length > 0 && inner.every((innerName) => CHOSEN_NAME.test(innerName))
      if (!CHOSEN_NAME.test(name) && (!isMap(value) || isChosenMap)) names.push(name)
      visit(value)
    }
  }
  visit(parseDocument(yaml, { schema: 'failsafe' }).contents)
  return [...new Set(names)]
}

/** Keys that are the values of `Regime`: looked up by value (`multipliers[regime]`), never spelt as a property. */
const REGIMES: ReadonlySet<string> = new Set([
  'trending_bull',
  'trending_bear',
  'ranging',
  'volatile_bull',
  'volatile_bear',
  'choppy',
  'breakout_potential',
])

/** Names of agents are names of files: a block without its file is refused at the start. */
const AGENT_NAMES: ReadonlySet<string> = new Set(
  readdirSync(new URL('../../src/main/agents/kinds/', import.meta.url)).map((file) =>
    file.replace(/\.ts$/, '').replaceAll('-', '_'),
  ),
)

const COMMENT_OR_STRING = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g

/**
 * Names of settings that no code reads: they occur neither as a property (`settings.name`) nor in a destructuring
 * (`const { name } = settings`) of any source. What stands in comments and strings reads nothing.
 */
export function unreadSettings(yamls: readonly string[], sources: readonly string[]): string[] {
  const code = sources.map((source) => source.replace(COMMENT_OR_STRING, ' ')).join('\n')
  const read = new Set([...code.matchAll(/\.\s*([A-Za-z_$][\w$]*)/g)].map((match) => match[1]))
  for (const [, pattern] of code.matchAll(/\{([^{}]*)\}\s*=[^=>]/g)) {
    for (const [name] of (pattern ?? '').matchAll(/[A-Za-z_$][\w$]*/g)) read.add(name)
  }
  const isRegime = (name: string): boolean =>
    REGIMES.has(name) && sources.some((source) => source.includes(`'${name}'`))
  return yamls.flatMap(settingNames).filter((name) => !read.has(name) && !isRegime(name) && !AGENT_NAMES.has(name))
}
