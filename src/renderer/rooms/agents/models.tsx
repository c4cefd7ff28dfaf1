import { type ReactNode, useState } from 'react'
import { toast } from 'sonner'
import type { ModelView } from '../../../shared/contract/views.ts'
import { client } from '../../client.ts'
import { capitalized, properName, upTo, words } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Chip, type Tone } from '../../parts/chip.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'

const STATES: Record<ModelView['state'], { readonly text: string; readonly tone: Tone }> = {
  ready: { text: 'Ready', tone: 'good' },
  no_key: { text: 'No key', tone: 'neutral' },
  left_alone: { text: 'Left alone', tone: 'warn' },
}

/** Who may be asked, how that went the last time, and what it costs. */
export function Models() {
  const models = useView((view) => view.agents.models)
  const { spentUsd, perDayUsd, perDecisionUsd } = useView((view) => view.agents.modelsBudget)
  return (
    <Panel
      title="Models"
      note={`${upTo(spentUsd, 4)} of ${upTo(perDayUsd, 2)} USD today, at most ${upTo(perDecisionUsd, 2)} USD for one decision`}
    >
      <TableFrame label="Models">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">Model</th>
              <th scope="col">State</th>
              <th scope="col">Asked last</th>
              <th scope="col">Outcome</th>
              <th scope="col" className="right">
                Took
              </th>
              <th scope="col" className="right">
                Cost, USD
              </th>
              <th scope="col">
                <span className="sr-only">Test</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <ModelRow key={model.provider} row={model} />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}

function ModelRow({ row: { last, model, provider, state } }: { row: ModelView }) {
  const { text, tone } = STATES[state]
  return (
    <tr>
      <th scope="row">{properName(provider)}</th>
      <td>{last?.model ?? model}</td>
      <td>
        <Chip tone={tone}>{text}</Chip>
      </td>
      <td>
        {last === null ? (
          'never'
        ) : (
          <>
            <Age at={last.at} /> ago, {capitalized(words(last.purpose))}
          </>
        )}
      </td>
      <td className="wrap">{outcomeOf({ last, provider, state })}</td>
      <td className="right num">{last?.latencyMs == null ? '—' : `${(last.latencyMs / 1000).toFixed(1)} s`}</td>
      <td className="right num">{last === null ? '—' : upTo(last.costUsd, 6)}</td>
      <td className="right">{state !== 'no_key' && <Test provider={provider} />}</td>
    </tr>
  )
}

const KEYS: Readonly<Record<string, string>> = { deepseek: 'DEEPSEEK_API_KEY', claude: 'ANTHROPIC_API_KEY' }

function outcomeOf({ last, provider, state }: Pick<ModelView, 'last' | 'provider' | 'state'>): ReactNode {
  if (state === 'no_key') {
    return (
      <>
        Set <code>{KEYS[provider]}</code> in the environment and start again; until then it settles nothing.
      </>
    )
  }
  return last === null ? '—' : (last.outcome ?? 'asking…')
}

function Test({ provider }: { provider: string }) {
  const [isBusy, setBusy] = useState(false)
  const name = properName(provider)
  async function run(): Promise<void> {
    setBusy(true)
    const result = await client.call('models.test', { provider })
    setBusy(false)
    if (!result.ok) {
      toast.error(result.error.message, { duration: 10_000, description: result.error.code })
      return
    }
    const { costUsd, latencyMs, model } = result.value
    toast.success(`${name} answers: ${model}, in ${(latencyMs / 1000).toFixed(1)} s, for ${upTo(costUsd, 6)} USD.`)
  }
  return (
    <ActionButton className="small" isBusy={isBusy} aria-label={`Test ${name}`} onClick={() => void run()}>
      Test
    </ActionButton>
  )
}
