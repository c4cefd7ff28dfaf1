import { costAtMost } from './domain/resolution-provider.ts'
import type { LanguageModel, OpenModels, PanelModel, Priced, WantedModel } from './ports.ts'

/** The models of a panel, where their keys are in the environment. */
export type PanelModels = {
  readonly open: OpenModels<PanelModel & Priced>
  /** In words, one for each model that was wanted and cannot be asked. */
  leftOut(): readonly string[]
}

export function panelModelsOf(env: Readonly<Record<string, string | undefined>>): PanelModels {
  const leftOut: string[] = []
  return {
    open: (wanted) =>
      wanted.flatMap((model) => {
        const apiKey = model.keyEnv === '' ? '' : env[model.keyEnv]
        if (apiKey !== undefined && (apiKey !== '' || model.keyEnv === ''))
          return [{ name: model.name, ...openLate(model, apiKey) }]
        leftOut.push(`The model ${model.name} of the panel is not asked: ${model.keyEnv} is not in the environment.`)
        return []
      }),
    leftOut: () => leftOut,
  }
}

/** The library is loaded with the first question. */
function openLate({ name, keyEnv: _, ...terms }: WantedModel, apiKey: string): LanguageModel & Priced {
  let opened: Promise<LanguageModel> | null = null
  const open = async (): Promise<LanguageModel> => {
    const { createOpenAiCompatible } = await import('./adapters/deepseek/openai-compatible.ts')
    return createOpenAiCompatible(name, { ...terms, apiKey })
  }
  return {
    modelName: terms.model,
    costAtMost: (prompt) => costAtMost(prompt, { ...terms, apiKey }),
    async ask(prompt, signal) {
      opened ??= open()
      const model = await opened
      return model.ask(prompt, signal)
    },
  }
}
