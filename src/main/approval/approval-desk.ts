import type { Asset, ProposalId, TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, type Price, toText } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, DAY, type EpochMs, epochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { type Announce, createOutbox, type Outbox } from '../bus/outbox.ts'
import { approve, voidsPlan } from '../domain/approval.ts'
import { close, type Proposal, tradedValue } from '../domain/proposal.ts'
import type { Cancel, Clock, Hash, Stores } from '../ports.ts'

export type ApprovalSettings = {
  readonly rebalance: 'manual' | 'auto'
  readonly tactical: 'manual' | 'auto'
  readonly maxPriceMovePercent: Decimal
  readonly quote: Asset
  /** What is worth more waits for the trader, in quote. */
  readonly autoMaxValue: Money
  /** Of one UTC day; what comes after them waits for the trader. */
  readonly autoMaxPerDay: number
}

/** Where proposals wait for a decision. What it decides is saved before it is announced. */
export class ApprovalDesk {
  private readonly expiries = new Map<ProposalId, Cancel>()
  private readonly outbox: Outbox
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Bus
    readonly stores: Pick<Stores, 'transact' | 'afterCommit' | 'messages' | 'proposals'>
    readonly hash: Hash
    readonly freshPrice: (symbol: TradedPair) => Price | null
    readonly bagOf: (asset: Asset) => Amount
    /** What a plan could spend of an asset now. */
    readonly freeOfCore: (asset: Asset) => Amount
    /** Null when trading is on. */
    readonly heldBackBecause: () => string | null
    /** Whether the risk engine of now lets it through. Errors `risk/…`. */
    readonly stillAllowed: (proposal: Proposal) => Result<null>
    /** The risk engine refused what was to be approved. */
    readonly onRefused: (proposal: Proposal) => void
    /** Compares the circuit breakers with the account of now. */
    readonly look: () => void
    /** What was proposed was voided because it does not fit the facts any more: another may take its place. */
    readonly onOutdated: (voided: Proposal) => void
    readonly settings: ApprovalSettings
  }

  constructor(deps: ApprovalDesk['deps']) {
    this.deps = deps
    this.outbox = createOutbox(deps)
  }

  /** After a restart: what was pending still is, unless its time is over. */
  resume(): void {
    for (const proposal of this.deps.stores.proposals.withStatus('pending')) this.watchExpiry(proposal)
  }

  onProposed(proposal: Proposal): void {
    if (this.deps.settings[proposal.kind] === 'auto') {
      const because = this.beyondAuto(proposal)
      if (because === null && this.decide(proposal.id, proposal.hash, null, 'auto').ok) return
      if (because !== null) this.tell(proposal, because)
    }
    this.watchExpiry(proposal)
  }

  /**
   * Approves a proposal, or some of its legs (null: all). Approving twice sends once: the second finds a proposal that is
   * not pending. A plan that does not fit the facts any more is voided, and planned again. Errors: those of
   * `domain/approval.approve`, `proposal/held-back`, and `risk/…` where a rule refuses by now what it let through then.
   */
  approve(id: ProposalId, hash: string, legs: readonly number[] | null = null): Result<Proposal> {
    const decided = this.decide(id, hash, legs, 'trader')
    if (!decided.ok && decided.error.code.startsWith('risk/')) this.noteRefused(id)
    if (decided.ok || !voidsPlan(decided.error.code)) return decided
    const voided = this.end(id, 'voided', decided.error.message)
    if (voided.ok) this.deps.onOutdated(voided.value)
    return decided
  }

  private noteRefused(id: ProposalId): void {
    const proposal = this.deps.stores.proposals.get(id)
    if (proposal !== null) this.deps.onRefused(proposal)
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
    return this.outbox.transact((announce): Result<Proposal> => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      if (proposal.status !== 'pending') return fail('proposal/not-pending', `It is ${proposal.status} already.`)
      const next = { ...proposal, snoozedUntil: after(this.deps.clock.now(), minutes * MINUTE) }
      this.deps.stores.proposals.save(next)
      announce('proposals', { kind: 'snoozed', proposal: next }, from(next))
      return ok(next)
    })
  }

  /** Why `approve` would refuse now; null when it would not. */
  blockedBecause(proposal: Proposal): string | null {
    const held = this.deps.heldBackBecause()
    if (held !== null) return held
    const allowed = this.deps.stillAllowed(proposal)
    if (!allowed.ok) return allowed.error.message
    const checked = approve(proposal, this.contextOf(proposal.hash, null, 'trader'))
    return checked.ok ? null : checked.error.message
  }

  close(): void {
    for (const cancel of this.expiries.values()) cancel()
    this.expiries.clear()
  }

  private decide(
    id: ProposalId,
    hash: string,
    legs: readonly number[] | null,
    by: 'trader' | 'auto',
  ): Result<Proposal> {
    // What has been lost by now counts, also where nobody has looked since.
    this.deps.look()
    const held = this.deps.heldBackBecause()
    if (held !== null) return fail('proposal/held-back', held)
    const decide = (announce: Announce) => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      const allowed = proposal.status === 'pending' ? this.deps.stillAllowed(proposal) : ok(null)
      if (!allowed.ok) return allowed
      const result = approve(proposal, this.contextOf(hash, legs, by))
      if (!result.ok) return result
      this.deps.stores.proposals.save(result.value)
      announce('proposals', { kind: 'approved', proposal: result.value }, { ...from(result.value), priority: 'HIGH' })
      return result
    }
    return this.outbox.transact(decide, ({ ok }) => ok && this.forget(id))
  }

  private contextOf(hash: string, legs: readonly number[] | null, by: 'trader' | 'auto') {
    const { clock, freshPrice, bagOf, freeOfCore, hash: digest } = this.deps
    const { maxPriceMovePercent } = this.deps.settings
    return {
      now: clock.now(),
      by,
      hash,
      legs,
      priceNow: freshPrice,
      maxPriceMovePercent,
      bagOf,
      free: freeOfCore,
      digest,
    }
  }

  /** Why a proposal waits for the trader although approval is automatic; null when it need not. */
  private beyondAuto(proposal: Proposal): string | null {
    const { clock, stores, settings } = this.deps
    const value = tradedValue(proposal, settings.quote)
    if (value.gt(settings.autoMaxValue)) {
      return `It trades ${toText(value.round(2))} ${settings.quote}; more than ${toText(settings.autoMaxValue)} is not approved automatically.`
    }
    const today = epochMs(Math.floor(clock.now() / DAY) * DAY)
    return stores.proposals.autoApprovedSince(today) < settings.autoMaxPerDay
      ? null
      : `${settings.autoMaxPerDay} were approved automatically today; the next waits for you.`
  }

  private tell({ correlationId }: Proposal, text: string): void {
    this.deps.bus.publish(
      'system_events',
      { kind: 'approval', text: `Not approved automatically. ${text}` },
      { source: 'approval', correlationId },
    )
  }

  private end(id: ProposalId, status: 'rejected' | 'expired' | 'voided', note: string): Result<Proposal> {
    const end = (announce: Announce): Result<Proposal> => {
      const proposal = this.deps.stores.proposals.get(id)
      if (proposal === null) return unknownProposal(id)
      const result = close(proposal, status, this.deps.clock.now(), note)
      if (!result.ok) return result
      this.deps.stores.proposals.save(result.value)
      announce('proposals', { kind: 'closed', proposal: result.value }, from(result.value))
      return result
    }
    return this.outbox.transact(end, ({ ok }) => ok && this.forget(id))
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
}

const from = ({ correlationId }: Proposal) => ({ source: 'approval', correlationId })
const unknownProposal = (id: ProposalId) => fail('proposal/unknown', `There is no proposal ${id}.`)
