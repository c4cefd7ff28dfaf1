import type { Difference } from './playing-tape.ts'

/** Characters that are shown of each side, before and from where they part. */
const BEFORE = 60
const FROM = 120

/** What differed and where, in a few lines: both sides around the first character that is not the same. */
export function tellDifference({ step, recorded, came }: Difference): string {
  const at = firstDifference(recorded, came)
  const about = step.subject === '' ? '' : `, ${step.subject}`
  return [
    `step ${step.run}.${step.step} (row ${step.seq}), ${new Date(step.at).toISOString()}: ${step.kind}${about}`,
    `  recorded: ${around(recorded, at)}`,
    `  came:     ${around(came, at)}`,
  ].join('\n')
}

function firstDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

function around(text: string, at: number): string {
  const start = Math.max(0, at - BEFORE)
  const end = Math.min(text.length, at + FROM)
  const name = start === 0 ? '' : `${/^\S+/.exec(text)?.[0].slice(0, BEFORE) ?? ''} …`
  // From a model, or from outside: no line of ours, and nothing that a terminal obeys.
  return `${name}${text.slice(start, end)}${end === text.length ? '' : '…'}`.replace(/[\p{Cc}\p{Cf}]/gu, '·')
}
