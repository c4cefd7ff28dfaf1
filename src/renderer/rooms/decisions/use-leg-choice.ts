import { useState } from 'react'
import type { ProposalView } from '../../../shared/contract/views.ts'

/** Which legs of a plan the trader leaves out. Belongs to one hash: another plan starts with all of them. */
export type LegChoice = {
  readonly leftOut: ReadonlySet<number>
  toggle(index: number): void
}

const NONE: ReadonlySet<number> = new Set()

export function useLegChoice({ hash }: Pick<ProposalView, 'hash'>): LegChoice {
  const [state, setState] = useState({ hash, leftOut: NONE })
  const leftOut = state.hash === hash ? state.leftOut : NONE
  return {
    leftOut,
    toggle(index) {
      const next = new Set(leftOut)
      if (!next.delete(index)) next.add(index)
      setState({ hash, leftOut: next })
    },
  }
}
