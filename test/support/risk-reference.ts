import { type Decimal, decimal } from '../../src/shared/money.ts'

/*
 * What the circuit breakers have to do, written a second time: in whole numbers, with the calendar of the language, from
 * the whole history each time it is asked.
 */

export type Account = { readonly at: number; readonly pnl: Decimal; readonly equity: Decimal; readonly flows: Decimal }
export type Expected = {
  readonly held: readonly string[]
  readonly losses: number
  readonly isSmaller: boolean
  /** Of this look. */
  readonly tripped: readonly string[]
}
type Percents = { readonly day: bigint; readonly week: bigint; readonly drawdown: bigint }
type Terms = { readonly percent: Percents; readonly losses: number; readonly pauseMs: number }
type Start = { readonly pnl: bigint; readonly equity: bigint; readonly flows: bigint }

const PLACES = 30
/** Exact: values have fewer decimals than this. */
export function whole(value: Decimal): bigint {
  const [digits = '0', part = ''] = value.toFixed().split('.')
  if (part.length > PLACES) throw new Error(`${value.toFixed()} has too many decimals`)
  return BigInt(digits + part.padEnd(PLACES, '0'))
}

/** The way back. */
export function fromWhole(units: bigint): Decimal {
  const text = (units < 0n ? -units : units).toString().padStart(PLACES + 1, '0')
  return decimal(`${units < 0n ? '-' : ''}${text.slice(0, -PLACES)}.${text.slice(-PLACES)}`)
}

const dayName = (at: number): string => new Date(at).toISOString().slice(0, 10)
/** The Monday of its week. */
function weekName(at: number): string {
  const date = new Date(at)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return dayName(date.getTime())
}

export class BreakerReference {
  private readonly terms: Terms
  private since = 0
  private day: { name: string; start: Start; isTripped: boolean } | null = null
  private week: { name: string; start: Start; isTripped: boolean } | null = null
  private peak: Start | null = null
  private isDown = false
  private readonly events: { readonly at: number; readonly result: Decimal | null }[] = []

  constructor(terms: Terms) {
    this.terms = terms
  }

  opened(at: number): void {
    this.events.push({ at, result: null })
  }

  closed(at: number, result: Decimal): void {
    this.events.push({ at, result })
  }

  resumed(): void {
    if (!this.isDown) return
    this.isDown = false
    this.peak = null
  }

  /** @param before the account at the look before, if a position was open then; after a restart the one that was written down last. */
  look(account: Account, before: Account | null): readonly string[] {
    const now = startOf(account)
    const [dayNow, weekNow] = [dayName(account.at), weekName(account.at)]
    const start = before === null ? now : startOf(before)
    if (this.day === null) this.since = account.at
    if (this.day === null || dayNow > this.day.name) {
      this.day = { name: dayNow, start: this.day === null ? now : start, isTripped: false }
    }
    if (this.week === null || weekNow > this.week.name) {
      this.week = { name: weekNow, start: this.week === null ? now : start, isTripped: false }
    }
    if (this.peak === null || now.pnl > this.peak.pnl) this.peak = now
    const { percent } = this.terms
    const tripped: string[] = []
    if (!this.day.isTripped && isLost(this.day.start, now, percent.day)) {
      this.day.isTripped = true
      tripped.push('day')
    }
    if (!this.week.isTripped && isLost(this.week.start, now, percent.week)) {
      this.week.isTripped = true
      tripped.push('week')
    }
    if (!this.isDown && isLost(this.peak, now, percent.drawdown)) {
      this.isDown = true
      tripped.push('drawdown')
    }
    return tripped
  }

  expected(at: number, tripped: readonly string[]): Expected {
    const row = this.row()
    return {
      held: [
        ...(this.day?.isTripped && dayName(at) === this.day.name ? ['day'] : []),
        ...(this.week?.isTripped && weekName(at) === this.week.name ? ['week'] : []),
        ...(this.isDown ? ['drawdown'] : []),
        ...(row.until !== null && at < row.until ? ['losses'] : []),
      ],
      losses: row.losses,
      isSmaller: row.isSmaller,
      tripped,
    }
  }

  /** When the next pause ends; null while there is none. */
  pausedUntil(): number | null {
    return this.row().until
  }

  /** What a loss is measured from. */
  starts(): readonly { readonly name: keyof Percents; readonly start: Start }[] {
    const { day, week, peak } = this
    return [
      ...(day === null ? [] : [{ name: 'day' as const, start: day.start }]),
      ...(week === null ? [] : [{ name: 'week' as const, start: week.start }]),
      ...(peak === null ? [] : [{ name: 'drawdown' as const, start: peak }]),
    ]
  }

  private row(): { losses: number; until: number | null; isSmaller: boolean } {
    let losses = 0
    let until: number | null = null
    const kind = (result: Decimal | null): number => (result === null ? 0 : whole(result) < 0n ? 2 : 1)
    for (const { at, result } of [...this.events].sort((a, b) => a.at - b.at || kind(a.result) - kind(b.result))) {
      if (at < this.since) continue
      if (result === null) {
        if (until !== null && at >= until) until = null
      } else if (whole(result) < 0n) {
        losses++
        if (losses >= this.terms.losses) until = at + this.terms.pauseMs
      } else losses = 0
    }
    return { losses, until, isSmaller: until !== null }
  }
}

const startOf = ({ pnl, equity, flows }: Account): Start => ({
  pnl: whole(pnl),
  equity: whole(equity),
  flows: whole(flows),
})

function isLost(since: Start, now: Start, percent: bigint): boolean {
  const lost = since.pnl - now.pnl
  const base = since.equity + now.flows - since.flows
  return lost > 0n && (base <= 0n || lost * 100n >= base * percent)
}
