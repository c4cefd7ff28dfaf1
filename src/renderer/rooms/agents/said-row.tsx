import { memo } from 'react'
import type { AgentSaidView } from '../../../shared/contract/views.ts'
import { confidence } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Meter } from '../../parts/meter.tsx'
import { DirectionWord } from './direction-word.tsx'
import { VoiceBar } from './voices.tsx'

/** What an agent said last of one symbol. */
export const SaidRow = memo(function SaidRow({ said }: { said: AgentSaidView }) {
  const { symbol, word, bias, at, text, voices } = said
  return (
    <li className="said">
      <strong>{symbol}</strong>
      <DirectionWord word={word} bias={bias} />
      <span className="said-confidence">
        <Meter share={said.confidence} label={`${symbol}: confidence`} />
        <span className="num">{confidence(said.confidence)}</span>
      </span>
      <Age at={at} />
      <p>{text}</p>
      {voices.length > 0 && <VoiceBar symbol={symbol} voices={voices} />}
    </li>
  )
})
