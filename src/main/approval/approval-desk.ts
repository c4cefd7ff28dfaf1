import type { ProposalId, TradedPair } from '../../shared/ids.ts'
import type { Decimal, Price } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { approve, close, type Proposal } from '../domain/proposal.ts'
import type { Cancel, Clock, Stores } from '../ports.ts'

export type ApprovalSettings = {
  readonly rebalance: 'manual' | 'auto'
  readonly tactical: 'manual' | 'auto'
  readonly maxPriceMovePercent: Decimal
}

/** Where proposals wait for a decision. What it decides is saved before it is announced. */
export class ApprovalDesk {
  private readonly expiries = new Map<ProposalId, Cancel>()
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Bus
    readonly stores: Pick<Stores, 'transact' | 'proposals'>
    readonly freshPrice: (symbol: TradedPair) => Price | null
    /** Null when trading is on. */
    readonly heldBackBecause: () => string | null
    readonly settings: ApprovalSettings
  }

  constructor(deps: ApprovalDesk['deps']) {
    this.deps = deps
  }

  /** After a restart: what was pending still is, unless its time is over. */
  resume(): void {
    for (const proposal of this.deps.stores.proposals.withStatus('pending')) this.watchExpiry(proposal)
  }

  onProposed(proposal: Proposal): void {
    if (this.deps.settings[proposal.kind] === 'auto') {
      const approved = this.decide(proposal.id, proposal.hash, 'auto')
      if (approved.ok) return
    }
    this.watchExpiry(proposal)
  }

  /** Approving twice sends once: the second finds a proposal that is not pending. Errors as `domain/proposal.approve`. */
  approve(id: ProposalId, hash: string): Result<Proposal> {
    return this.decide(id, hash, 'trader')
  }

  reject(id: ProposalId, reason: string): Result<Proposal> {
    return this.end(id, 'rejected', reason)
  }

  /** Ends a proposal whose ground is gone, e.g. because it is planned again. */
  void(id: ProposalId, reason: string): Result<Proposal> {
    return this.end(id, 'voided', reason)
  }

  /** Keeps quiet about it for a while; it still expires. */
  snooze(id: ProposalId, minutes: number): Result<Proposal> {
    const snoozed = this.deps.stores.transact((): Result<Proposal> => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      if (proposal.status !== 'pending') return fail('proposal/not-pending', `It is ${proposal.status} already.`)
      const next = { ...proposal, snoozedUntil: after(this.deps.clock.now(), minutes * MINUTE) }
      this.deps.stores.proposals.save(next)
      return ok(next)
    })
    if (snoozed.ok) this.announce('snoozed', snoozed.value)
    return snoozed
  }

  /** Why `approve` would refuse now; null when it would not. */
  blockedBecause(proposal: Proposal): string | null {
    const held = this.deps.heldBackBecause()
    if (held !== null) return held
    const checked = approve(proposal, this.contextOf(proposal.hash, 'trader'))
    return checked.ok ? null : checked.error.message
  }

  close(): void {
    for (const cancel of this.expiries.values()) cancel()
    this.expiries.clear()
  }

  private decide(id: ProposalId, hash: string, by: 'trader' | 'auto'): Result<Proposal> {
    const held = this.deps.heldBackBecause()
    if (held !== null) return fail('proposal/held-back', held)
    const approved = this.deps.stores.transact(() => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      const result = approve(proposal, this.contextOf(hash, by))
      if (result.ok) this.deps.stores.proposals.save(result.value)
      return result
    })
    if (!approved.ok) return approved
    this.forget(id)
    const { value: proposal } = approved
    this.deps.bus.publish(
      'proposals',
      { kind: 'approved', proposal },
      { source: 'approval', priority: 'HIGH', correlationId: proposal.correlationId },
    )
    return approved
  }

  private contextOf(hash: string, by: 'trader' | 'auto') {
    const { clock, freshPrice, settings } = this.deps
    return { now: clock.now(), by, hash, priceNow: freshPrice, maxPriceMovePercent: settings.maxPriceMovePercent }
  }

  private end(id: ProposalId, status: 'rejected' | 'expired' | 'voided', note: string): Result<Proposal> {
    const ended = this.deps.stores.transact((): Result<Proposal> => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      const result = close(proposal, status, this.deps.clock.now(), note)
      if (result.ok) this.deps.stores.proposals.save(result.value)
      return result
    })
    if (ended.ok) {
      this.forget(id)
      this.announce('closed', ended.value)
    }
    return ended
  }

  private watchExpiry(proposal: Proposal): void {
    const expire = (): void => {
      this.expiries.delete(proposal.id)
      // An error means that it was decided in the same instant: nothing is left to expire.
      this.end(proposal.id, 'expired', 'Nobody decided in time.')
    }
    this.expiries.set(proposal.id, this.deps.clock.at(proposal.expiresAt as EpochMs, expire))
  }

  private forget(id: ProposalId): void {
    this.expiries.get(id)?.()
    this.expiries.delete(id)
  }

  private announce(kind: 'closed' | 'snoozed', proposal: Proposal): void {
    this.deps.bus.publish(
      'proposals',
      { kind, proposal },
      { source: 'approval', correlationId: proposal.correlationId },
    )
  }
}

const unknownProposal = (id: ProposalId) => fail('proposal/unknown', `There is no proposal ${id}.`)
