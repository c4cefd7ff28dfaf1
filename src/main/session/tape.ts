/** What happens to the desks that decide, from outside. */
export const TOLD = [
  'signal',
  'regime',
  'spoken',
  'rebalance_ended',
  'carry_out',
  'decide',
  'propose_again',
  'allow',
  'refused',
  'resume',
  'close',
  'abandon',
  'check',
  'force',
  'resume_plan',
  'plan_again',
  'new_money',
  'close_plans',
  'abandon_strategy',
  /** Time for what was put off: a timer's moment, a transaction's end. */
  'due',
] as const
/** What they do by themselves: they are made, a question goes out, an answer is heard, asking ends, it is planned on. */
export const BY_ITSELF = ['made', 'asks', 'hears', 'ends', 'plans'] as const
export type StepKind = (typeof TOLD)[number] | (typeof BY_ITSELF)[number]

export type Step = {
  readonly kind: StepKind
  /** A symbol, a conflict, a proposal; '' for none. */
  readonly subject: string
  /** What they were told, besides the answer. */
  readonly told: readonly unknown[]
  /** What a model answered, to the letter; null in every other step, and where no answer came. */
  readonly answer: string | null
}

/**
 * Runs between the desks that decide and everything they read, write and ask: it notes what passes, or gives back what
 * was noted. What passes outside of any step is none of its business.
 */
export type Tape = {
  /** Runs work as a step, within the one under way if there is one. */
  step<T>(step: Step, work: () => T, outcome?: (result: T) => unknown): T
  /** Something is looked up, and nothing changed by it. */
  read<T>(name: string, asked: readonly unknown[], from: () => T): T
  /** Something is done, and others may come in before it returns. */
  act<T>(name: string, told: readonly unknown[], effect: () => T): T
  /** Something is written: it and what led to it are kept together, or neither is. */
  write(name: string, told: readonly unknown[], write: () => void): void
  /** Work as one transaction, with all that led to it. */
  transact<T>(work: () => T): T
  /** A task is put off, and becomes a step when its time has come. Answers with how to call it off. */
  later(
    name: string,
    told: readonly unknown[],
    task: () => void,
    schedule: (task: () => void) => () => void,
  ): () => void
  /** A question goes out; what comes back is told by the step that hears it. */
  ask<T>(told: readonly unknown[], ask: () => Promise<T>): Promise<T>
}
