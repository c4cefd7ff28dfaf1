import { oneLine } from '../domain/resolution-text.ts'
import { RESOLVER_NAMES } from '../domain/strategy.ts'
import type { Listed, Llm, Priced } from '../ports.ts'

type Deps = {
  /** False after Kill, and while halted: then nobody is asked. */
  readonly mayAsk: () => boolean
  /** Tells the trader. */
  readonly tell: (text: string) => void
}

/** Names that are shown, and the characters of each. */
const SHOWN = 5
const LONGEST_NAME = 60

/**
 * Asks each provider for its models, and says which model of the settings is not among them. A provider whose list is
 * not to be had is left to the first question: that one says what is wrong. Never rejects unless `tell` throws.
 *
 * @param signal nothing is said once it is aborted.
 */
export async function checkModelNames(
  models: readonly (Llm & Priced & Listed)[],
  { mayAsk, tell }: Deps,
  signal: AbortSignal,
): Promise<void> {
  if (!mayAsk()) return
  const check = async ({ resolver, modelName, listed }: Llm & Priced & Listed): Promise<void> => {
    const names = await listed(signal)
    if (signal.aborted || !names.ok || names.value.some((name) => isNamed(name, modelName))) return
    tell(missing(resolver, modelName, names.value))
  }
  await Promise.all(models.map(check))
}

/** A provider may list a model under its name with a date (`-20260115`), and be asked for it without. */
const isNamed = (listed: string, asked: string): boolean =>
  listed === asked || (listed.startsWith(asked) && /^-\d{8}$/.test(listed.slice(asked.length)))

function missing(resolver: Llm['resolver'], asked: string, listed: readonly string[]): string {
  const shown = listed.slice(0, SHOWN).map((name) => oneLine(name, LONGEST_NAME))
  const more = listed.length > SHOWN ? ` and ${listed.length - SHOWN} more` : ''
  return (
    `The model ${asked} is not among those that ${RESOLVER_NAMES[resolver]} lists (${shown.join(', ')}${more}): ` +
    `correct ${resolver}.model in config/agents.yaml and start again.`
  )
}
