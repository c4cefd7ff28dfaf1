import { useState } from 'react'
import { toast } from 'sonner'
import type { CallName, Input, Output } from '../../shared/contract/contract.ts'
import type { Result } from '../../shared/result.ts'
import { client } from '../client.ts'
import { useProjection } from './projection.ts'

/** Calls that do something and answer with a sentence. */
export type ActionName = { [N in CallName]: Output<N> extends { text: string } ? N : never }[CallName]

/** What else happens when the engine says no; it is given the engine's sentence. */
export type OnRefused = (message: string) => void

/** Asks the engine and says what came of it. Nothing is sent while the window does not know the state of things. */
export async function act<N extends ActionName>(name: N, input: Input<N>, onRefused?: OnRefused): Promise<boolean> {
  if (useProjection.getState().connection !== 'live') {
    toast.error('Not connected to the engine: nothing was sent.')
    return false
  }
  const result = (await client.call(name, input)) as Result<{ text: string }>
  if (result.ok) toast.success(result.value.text)
  else {
    toast.error(result.error.message, { duration: 10_000, description: result.error.code })
    onRefused?.(result.error.message)
  }
  return result.ok
}

/** One action of a button: while it is under way the button is busy, and a second click does nothing. */
export function useAction<N extends ActionName>(name: N) {
  const [isBusy, setBusy] = useState(false)
  const run = async (input: Input<N>, onRefused?: OnRefused): Promise<boolean> => {
    if (isBusy) return false
    setBusy(true)
    try {
      return await act(name, input, onRefused)
    } finally {
      setBusy(false)
    }
  }
  return { run, isBusy }
}
