import type { Handlers } from '../../shared/contract/derive.ts'
import { ok } from '../../shared/result.ts'
import type { BagDesk } from '../execution/bag-desk.ts'

/** The trader's calls that fill and empty bags. */
export const bagHandlers = (bags: BagDesk): Pick<Handlers, 'bag.add' | 'bag.release'> => ({
  'bag.add'(wish) {
    const added = bags.add(wish)
    return added.ok ? ok({ text: `In the ${added.value} bag now: it is not sold any more.` }) : added
  },
  'bag.release'({ confirmation, ...wish }) {
    const released = bags.release(wish, confirmation)
    return released.ok ? ok({ text: `Out of the ${released.value} bag: it belongs to core now.` }) : released
  },
})
