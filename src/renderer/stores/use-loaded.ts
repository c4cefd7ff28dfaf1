import { useCallback, useEffect, useState } from 'react'
import type { CallName, Input, Output } from '../../shared/contract/contract.ts'
import type { Failure } from '../../shared/result.ts'
import { client } from '../client.ts'
import { useIsLive } from './projection.ts'

export type Loaded<T> = {
  /** The last answer; kept while a new one is under way. */
  readonly data: T | null
  readonly problem: Failure | null
  readonly isLoading: boolean
  reload(): void
}

/** The answer to a question. Asked again when the input or `version` changes, and after every reconnect. */
export function useLoaded<N extends CallName>(name: N, input: Input<N>, version: unknown = null): Loaded<Output<N>> {
  const isLive = useIsLive()
  const [again, setAgain] = useState(0)
  const [state, setState] = useState<Omit<Loaded<Output<N>>, 'reload'>>({ data: null, problem: null, isLoading: true })
  const key = JSON.stringify(input)

  // biome-ignore lint/correctness/useExhaustiveDependencies: version and again ask anew without being part of the question
  useEffect(() => {
    if (!isLive) return
    let isCurrent = true
    setState((old) => ({ ...old, isLoading: true }))
    void client.call(name, JSON.parse(key) as Input<N>).then((result) => {
      if (!isCurrent) return
      setState((old) =>
        result.ok
          ? { data: result.value, problem: null, isLoading: false }
          : { data: old.data, problem: result.error, isLoading: false },
      )
    })
    return () => {
      isCurrent = false
    }
  }, [name, key, version, again, isLive])

  const reload = useCallback(() => setAgain((n) => n + 1), [])
  return { ...state, reload }
}
