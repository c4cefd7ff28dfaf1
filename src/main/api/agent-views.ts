import type {
  AgentCallView,
  AgentOutputView,
  AgentSaidView,
  AgentView,
  ModelView,
} from '../../shared/contract/views.ts'
import type { AgentOutput } from '../agents/agent.ts'
import type { AgentStatus, LastRun } from '../agents/agent-runner.ts'
import type { ModelDesk, ProviderState } from '../coordinator/model-desk.ts'
import { biasIn } from '../domain/opinion.ts'
import type { AgentCall, AgentOutputRow, LlmCallStore } from '../ports.ts'

/** What is shown of an indicator: enough to compare it with any chart. */
const DIGITS = 6
const ITEMS_SHOWN = 12

/** @param costTodayUsd what models have cost it since 00:00 UTC; null where it never asked one. */
export function agentView(status: AgentStatus, costTodayUsd: string | null): AgentView {
  const { name, title, everyMs, nextRunAt, warmUp, last, runs, failures } = status
  const all = [...last.values()]
  return {
    name,
    title,
    state: stateOf(status),
    everyMs,
    nextRunAt,
    lastRunAt: all.reduce<number | null>((latest, { at }) => (latest === null || at > latest ? at : latest), null),
    problem: all.find(({ problem }) => problem !== null)?.problem ?? null,
    warmUp: warmUp.filter(({ of }) => of > 0).map((each) => ({ ...each })),
    runs,
    failures,
    costTodayUsd,
    said: all.flatMap(saidView),
  }
}

function stateOf({ isOn, running, last, warmUp }: AgentStatus): AgentView['state'] {
  const all = [...last.values()]
  if (!isOn) return 'off'
  if (running.length > 0) return 'asking'
  if (all.some(({ problem }) => problem !== null)) return 'failed'
  if (all.some(({ output }) => output !== null)) return 'ready'
  if (warmUp.some(({ seen, of }) => seen < of)) return 'warming_up'
  return all.length === 0 ? 'waiting' : 'silent'
}

function saidView({ output, latencyMs }: LastRun): AgentSaidView[] {
  if (output === null) return []
  return [
    {
      symbol: output.symbol,
      at: output.at,
      latencyMs,
      word: wordOf(output),
      bias: biasIn(output),
      confidence: output.confidence,
      text: textOf(output),
      values: 'indicators' in output ? valuesOf(output.indicators) : 'atr' in output ? exitsOf(output) : [],
      voices: 'voices' in output ? [...output.voices] : [],
      items: 'items' in output ? output.items.slice(0, ITEMS_SHOWN).map((item) => ({ ...item })) : [],
      problems: 'problems' in output ? [...output.problems] : [],
    },
  ]
}

function wordOf(output: AgentOutput): string {
  if ('regime' in output) return output.regime.replaceAll('_', ' ')
  return 'action' in output ? output.action : output.bias
}

function textOf(output: AgentOutput): string {
  if ('reason' in output) return output.reason
  if ('regime' in output) return `Trades are sized × ${output.sizeMultiplier}.`
  if ('items' in output) {
    const from = new Set(output.items.map(({ source }) => source)).size
    return output.items.length === 0
      ? 'There was nothing to go by: no opinion.'
      : `Score ${output.score.toFixed(2)} of ${output.items.length} items from ${from} sources.`
  }
  return `Trend ${output.trend}, momentum ${output.momentum}.`
}

const valuesOf = (indicators: Readonly<Record<string, number>>): AgentSaidView['values'] =>
  Object.entries(indicators).map(([name, value]) => ({ name, value: digits(value) }))

function exitsOf({ entry, atr, stop, target }: Extract<AgentOutput, { atr: number }>): AgentSaidView['values'] {
  const values = { entry, atr, stop, target }
  return Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ name, value: digits(value) }]))
}

/** Floats of charts are known to six digits or so; more would only look exact. */
const digits = (value: number): string => String(Number(value.toPrecision(DIGITS)))

/** A row as it was written: outputs have had this shape since the first version. */
export function outputView({ symbol, at, latencyMs, output }: AgentOutputRow): AgentOutputView {
  const said = JSON.parse(output) as AgentOutput
  return {
    symbol,
    at,
    latencyMs,
    word: wordOf(said),
    bias: biasIn(said),
    confidence: said.confidence,
    text: textOf(said),
  }
}

export const callView = (call: AgentCall): AgentCallView => {
  const { at, name, symbol, model, costUsd, latencyMs, outcome, answer } = call
  return { at, name, symbol, model, costUsd, latencyMs, outcome, answer }
}

/** @param unreached those of the settings that have no key. */
export function modelViews(desk: ModelDesk, unreached: readonly ProviderState[], calls: LlmCallStore): ModelView[] {
  const ready = desk.providers().map((each) => ({ ...each, state: each.isLeftAlone ? 'left_alone' : 'ready' }) as const)
  const without = unreached.map((each) => ({ ...each, state: 'no_key' }) as const)
  return [...ready, ...without].map(({ model, provider, state }) => {
    const last = calls.last(provider)
    return {
      provider,
      model,
      state,
      last: last && {
        at: last.startedAt,
        purpose: last.purpose,
        outcome: last.end?.outcome ?? null,
        model: last.end?.modelAnswered ?? null,
        latencyMs: last.end?.latencyMs ?? null,
        costUsd: last.end?.settledUsd ?? last.reservedUsd,
      },
    }
  })
}
