import { readdirSync } from 'node:fs'
import type { AgentKind } from './agents/agent.ts'

type Module = { readonly kind: AgentKind }

/**
 * Every kind of agent by its name: one file each in `agents/kinds`, found by looking. The bundler takes the folder in;
 * where there is none (`import.meta.env` is its word) the folder itself is read.
 */
const modules: Readonly<Record<string, Module>> =
  import.meta.env === undefined ? await fromFolder() : import.meta.glob<Module>('./agents/kinds/*.ts', { eager: true })

async function fromFolder(): Promise<Record<string, Module>> {
  const folder = new URL('./agents/kinds/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  const found = files.map(async (file): Promise<[string, Module]> => {
    return [file, await import(/* @vite-ignore */ new URL(file, folder).href)]
  })
  return Object.fromEntries(await Promise.all(found))
}

export const AGENT_KINDS: ReadonlyMap<string, AgentKind> = new Map(
  Object.entries(modules).map(([path, { kind }]) => [nameOf(path), kind]),
)

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.ts$/, '').replaceAll('-', '_')
}
