import { randomUUID } from 'node:crypto'
import { ClientOrderId } from '../../../shared/ids.ts'
import type { Ids } from '../../ports.ts'

/** Ids for the real world: a random part per start, so that no two starts ever make the same id, and a running number. */
export function createRandomIds(): Ids {
  const start = randomUUID().replaceAll('-', '').slice(0, 12)
  let count = 0
  return {
    next: (prefix) => `${prefix}_${start}${(count++).toString(36).padStart(6, '0')}`,
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
