import type { AgentSaidView, AgentView } from '../../../shared/contract/views.ts'

type Said = readonly AgentSaidView[]

/** One value of several symbols; null where a symbol has none. */
export type ValueRow = { readonly name: string; readonly values: readonly (string | null)[] }

/** The values of all symbols side by side, in the order in which they were first named. */
export function valueRows(said: Said): readonly ValueRow[] {
  const names = new Set(said.flatMap(({ values }) => values.map(({ name }) => name)))
  return [...names].map((name) => ({
    name,
    values: said.map(({ values }) => values.find((each) => each.name === name)?.value ?? null),
  }))
}

export type SourceItem = AgentSaidView['items'][number] & {
  /** For which of the symbols it counted. */
  readonly symbols: readonly string[]
}

/** What was read, newest first; what counts for several symbols stands there once. */
export function sourceItems(said: Said): readonly SourceItem[] {
  const byKey = new Map<string, AgentSaidView['items'][number] & { symbols: string[] }>()
  for (const { symbol, items } of said) {
    for (const item of items) {
      const key = JSON.stringify([item.source, item.at, item.text])
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, { ...item, symbols: [symbol] })
      else if (!known.symbols.includes(symbol)) known.symbols.push(symbol)
    }
  }
  return [...byKey.values()].sort((a, b) => b.at - a.at)
}

/** What could not be reached or read, each once: a source that is down is down for every symbol. */
export const problemsOf = (said: Said): readonly string[] => [...new Set(said.flatMap(({ problems }) => problems))]

/** Voices that are no agents themselves: models that were asked for their vote. Each once. */
export const modelVoices = (agents: readonly AgentView[]): readonly string[] => {
  const names = new Set(agents.flatMap(({ said }) => said.flatMap(({ voices }) => voices.map(({ name }) => name))))
  return [...names].filter((name) => agents.every((agent) => agent.name !== name)).sort()
}

export type VoiceShare = AgentSaidView['voices'][number] & {
  /** Of all voices together, 0 to 1: they need not sum to one. */
  readonly share: number
}

export function voiceShares(voices: AgentSaidView['voices']): readonly VoiceShare[] {
  const sum = voices.reduce((total, { weight }) => total + weight, 0)
  return voices.map((voice) => ({ ...voice, share: sum > 0 ? voice.weight / sum : 0 }))
}
