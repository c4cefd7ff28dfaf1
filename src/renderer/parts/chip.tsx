import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad' | 'alarm'

/** A word in a small frame; the colour only underlines the word. */
export function Chip({ tone = 'neutral', icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`chip chip-${tone}`}>
      {icon}
      {children}
    </span>
  )
}

export function Side({ side }: { side: 'buy' | 'sell' }) {
  return <span className={`side side-${side}`}>{side === 'buy' ? 'Buy' : 'Sell'}</span>
}

/** Which way a position faces, and how many times its own money it moves. */
export function Direction({ side, leverage }: { side: 'long' | 'short'; leverage: number }) {
  return (
    <span className={`side side-${side === 'long' ? 'buy' : 'sell'}`}>
      {side === 'long' ? 'Long' : 'Short'}
      {leverage > 1 && <span className="num"> {leverage}×</span>}
    </span>
  )
}
