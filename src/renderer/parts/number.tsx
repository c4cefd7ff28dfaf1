import { fixed, signed, signedPercent, signOf, UNKNOWN } from '../format.ts'
import { usePrecision } from '../stores/precision.ts'
import { usePreferences } from '../stores/preferences.ts'

/** Stands for an amount of money while amounts are hidden. Prices and percentages are public and stay. */
export function HiddenAmount() {
  return (
    <span className="num hidden-amount">
      <span aria-hidden="true">•••••</span>
      <span className="sr-only">hidden</span>
    </span>
  )
}

/** Money in quote currency. */
export function Money({
  text,
  decimals = 2,
  isStale = false,
}: {
  text: string | null
  decimals?: number
  isStale?: boolean
}) {
  const isHidden = usePreferences((state) => state.hidesAmounts)
  if (isHidden && text !== null) return <HiddenAmount />
  return <span className={isStale ? 'num stale' : 'num'}>{fixed(text, decimals)}</span>
}

/** Units of an asset. */
export function Amount({ asset, text }: { asset: string; text: string | null }) {
  const isHidden = usePreferences((state) => state.hidesAmounts)
  const precision = usePrecision()
  if (isHidden && text !== null) return <HiddenAmount />
  return <span className="num">{precision.amount(asset, text)}</span>
}

export function Price({ symbol, text, isStale = false }: { symbol: string; text: string | null; isStale?: boolean }) {
  const precision = usePrecision()
  return <span className={isStale ? 'num stale' : 'num'}>{precision.price(symbol, text)}</span>
}

const ARROWS = { gain: '▲', loss: '▼', none: '' } as const

/** A gain or loss: sign, arrow and colour say the same. */
export function Pnl({
  text,
  percent = null,
  isStale = false,
}: {
  text: string | null
  percent?: string | null
  isStale?: boolean
}) {
  const isHidden = usePreferences((state) => state.hidesAmounts)
  const sign = signOf(text)
  return (
    <span className={`num pnl pnl-${sign}${isStale ? ' stale' : ''}`}>
      {ARROWS[sign] !== '' && (
        <span aria-hidden="true" className="arrow">
          {ARROWS[sign]}
        </span>
      )}
      {isHidden && text !== null ? <HiddenAmount /> : signed(text, 2)}
      {percent !== null && text !== null && <span className="pnl-percent">{signedPercent(percent)}</span>}
    </span>
  )
}

/** A gain or loss as a multiple of what was put at risk. */
export function RMultiple({ text }: { text: string | null }) {
  return <span className="num">{text === null ? UNKNOWN : `${signed(text, 2)} R`}</span>
}

/** A part in hundred with its sign, not judged as good or bad. */
export function Points({ text }: { text: string | null }) {
  return <span className="num">{text === null ? UNKNOWN : `${signed(text, 2)} pp`}</span>
}
