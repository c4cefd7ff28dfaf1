import { ArrowDownToLine, ArrowUpFromLine, Sprout } from 'lucide-react'
import type { MovementView } from '../../../shared/contract/views.ts'

export const MOVEMENT_WORDS = {
  deposit: { name: 'Deposit', sign: '+', icon: ArrowDownToLine },
  withdrawal: { name: 'Withdrawal', sign: '−', icon: ArrowUpFromLine },
  reward: { name: 'Reward', sign: '+', icon: Sprout },
} as const satisfies Record<MovementView['kind'], unknown>

export const placeName = (sleeve: 'core' | 'hodl', asset: string): string =>
  sleeve === 'core' ? 'core' : `the ${asset} bag`
