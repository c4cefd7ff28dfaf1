import { Minus, TrendingDown, TrendingUp } from 'lucide-react'
import { capitalized } from '../../format.ts'
import type { Bias } from './agent-words.ts'

const ICONS = { long: TrendingUp, short: TrendingDown, neutral: Minus } as const

/** What somebody said, and which way it points: in a sign and a word, the colour only underlines them. */
export function DirectionWord({ word, bias }: { word: string; bias: Bias }) {
  const Icon = ICONS[bias]
  return (
    <span className={`direction direction-${bias}`}>
      <Icon size={14} aria-hidden="true" />
      {capitalized(word)}
      {word !== bias && <span className="sr-only">, {bias}</span>}
    </span>
  )
}
