import { randomUUID } from 'node:crypto'
import { ClientOrderId } from '../../../shared/ids.ts'
import type { Ids } from '../../ports.ts'

/** What changes from one id to the next; the rest is written once in so many: every message on the bus has an id. */
const LOW_DIGITS = Array.from({ length: 36 ** 2 }, (_, n) => n.toString(36).padStart(2, '0'))

/** Ids for the real world: a random part per start, so that no two starts ever make the same id, and a running number. */
export function createRandomIds(): Ids {
  const start = randomUUID().replaceAll('-', '').slice(0, 12)
  let count = 0
  let head = ''
  return {
    next(prefix) {
      const low = count % LOW_DIGITS.length
      if (low === 0) head = start + (count / LOW_DIGITS.length).toString(36).padStart(4, '0')
      count++
      return `${prefix}_${head}${LOW_DIGITS[low]}`
    },
    clientOrderId: () => ClientOrderId.parse(randomUUID().replaceAll('-', '')),
  }
}

/** Ids that are the same in every run of the same inputs. */
export function createSequentialIds(seed: number): Ids {
  const start = seed.toString(16).padStart(8, '0')
  let count = 0
  let orders = 0
  return {
    next: (prefix) => `${prefix}_${++count}`,
    clientOrderId: () => ClientOrderId.parse(start + (++orders).toString(16).padStart(24, '0')),
  }
}
