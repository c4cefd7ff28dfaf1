import { create } from 'zustand'
import type { ProposalView } from '../../../shared/contract/views.ts'

/** The last approval that the engine did not accept, and why. */
export type Refusal = { readonly id: string; readonly text: string }
type Refusals = {
  readonly last: Refusal | null
  /** The cursor has gone to the fresh plan once; from then on it goes where the trader sends it. */
  readonly hasLed: boolean
}
export const useRefusal = create<Refusals>()(() => ({ last: null, hasLed: false }))
export const noteRefusal = (last: Refusal | null): void => useRefusal.setState({ last, hasLed: false })
export const noteLed = (): void => useRefusal.setState({ hasLed: true })

/** The plan that took the place of another; null while that one is still to be decided, or nothing replaced it. */
export function freshPlanFor(proposals: readonly ProposalView[], id: string): ProposalView | null {
  const old = proposals.find((each) => each.id === id)
  if (old?.kind !== 'rebalance' || (old.status !== 'voided' && old.status !== 'expired')) return null
  const isFresh = (each: ProposalView): boolean =>
    each.kind === 'rebalance' && each.status === 'pending' && each.createdAt >= old.createdAt
  return proposals.find(isFresh) ?? null
}

/** The plan that carries on where an incomplete one stopped. */
export const resumedBy = (proposals: readonly ProposalView[], id: string): ProposalView | null =>
  proposals.find(({ plan }) => plan?.resumes === id) ?? null
