import type { LegType } from '../../src/main/domain/order.ts'
import type { Account, Load } from '../support/crash-engine.ts'
import type { NaiveRule } from '../support/crash-naive.ts'
import type { DeathPlan } from './death-plans.ts'

/** What a child is told, one line of JSON each; then ticks. */
export type LifeOrder = {
  readonly kind: 'life'
  readonly dir: string
  readonly keyDir: string
  /** Where it finds the answer when it stands still: a file named after its process and the number of the question. */
  readonly answers: string
  readonly account: Account
  readonly orderType: LegType
  readonly load: Load
  readonly naive: NaiveRule | null
  readonly timeoutMs: number
  readonly seed: number
  /** Null: lives until it is killed. */
  readonly plan: DeathPlan | null
  /** The exchange's time, ms since 1970, at this moment of the machine's own; and how much faster it runs. */
  readonly now: number
  readonly nowAt: number
  readonly speed: number
}

/** What a child says. After `at` it stands still for good, after `clear` until it is answered. */
export type ChildLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'at'; readonly point: string; readonly seen: readonly string[] }
  | { readonly kind: 'clear'; readonly seen: readonly string[]; readonly bugs: readonly string[] }
  | { readonly kind: 'jump'; readonly symbol: string; readonly factor: number }
  | { readonly kind: 'deposit'; readonly assetCode: string; readonly units: string }
  /** A model was asked: it may be the last thing that is done. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'bug'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
