import type { Inspection } from '../support/crash-inspect.ts'

export type Kind = 'duplicate' | 'lost' | 'phantom' | 'other'
export type Finding = { readonly kind: Kind; readonly text: string }
export type TallyJson = {
  readonly kills: number
  readonly orders: number
  readonly twiceInRecovery: number
  readonly points: ReadonlyArray<readonly [point: string, deaths: number]>
  readonly findings: readonly Finding[]
  /** What the workload brought about, and how often. */
  readonly happened: ReadonlyArray<readonly [what: string, times: number]>
}

/** Of one kind of finding a broken rule can bring thousands: so many are enough to see what it is. */
const KEPT = 200

/** What a run has seen. */
export class Tally {
  private readonly deaths = new Map<string, number>()
  private readonly seen = new Map<string, Finding>()
  private readonly happenings = new Map<string, number>()
  private killCount = 0
  private orders = 0
  private twiceInRecovery = 0
  private lastDeath = ''
  private readonly onKill: (kills: number) => void

  constructor(onKill: (kills: number) => void = () => {}) {
    this.onKill = onKill
  }

  passed(point: string): void {
    if (!this.deaths.has(point)) this.deaths.set(point, 0)
  }
  killed(point: string): void {
    this.deaths.set(point, (this.deaths.get(point) ?? 0) + 1)
    if (point.startsWith('recovery') && this.lastDeath.startsWith('recovery')) this.twiceInRecovery++
    this.lastDeath = point
    this.onKill(++this.killCount)
  }
  addOrders(count: number): void {
    this.orders += count
  }
  happened(what: string, times: number): void {
    this.happenings.set(what, this.timesOf(what) + times)
  }
  timesOf(what: string): number {
    return this.happenings.get(what) ?? 0
  }
  /** The same thing found again after the next crash is still one. */
  found(kind: Kind, text: string): void {
    if (this.seen.size < KEPT) this.seen.set(`${kind} ${text}`, { kind, text })
  }
  foundAll(inspection: Inspection): void {
    for (const text of inspection.duplicates) this.found('duplicate', text)
    for (const text of inspection.lost) this.found('lost', text)
    for (const text of inspection.phantoms) this.found('phantom', text)
    for (const text of inspection.others) this.found('other', text)
  }

  get kills(): number {
    return this.killCount
  }
  get foundCount(): number {
    return this.seen.size
  }
  countOf(kind: Kind): number {
    return [...this.seen.values()].filter((finding) => finding.kind === kind).length
  }
  deathsAt(point: string): number {
    return this.deaths.get(point) ?? 0
  }
  /** Points at which fewest engines have died. */
  rarestPoints(count: number): readonly string[] {
    return [...this.deaths]
      .sort(([, a], [, b]) => a - b)
      .slice(0, count)
      .map(([point]) => point)
  }

  add(other: TallyJson): void {
    for (const [point, deaths] of other.points) this.deaths.set(point, (this.deaths.get(point) ?? 0) + deaths)
    for (const { kind, text } of other.findings) this.found(kind, text)
    for (const [what, times] of other.happened) this.happened(what, times)
    this.killCount += other.kills
    this.orders += other.orders
    this.twiceInRecovery += other.twiceInRecovery
  }

  toJson(): TallyJson {
    return {
      kills: this.killCount,
      orders: this.orders,
      twiceInRecovery: this.twiceInRecovery,
      points: [...this.deaths].sort(([a], [b]) => a.localeCompare(b)),
      findings: [...this.seen.values()],
      happened: [...this.happenings].sort(([a], [b]) => a.localeCompare(b)),
    }
  }
}
