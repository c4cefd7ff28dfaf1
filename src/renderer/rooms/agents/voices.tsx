import type { AgentSaidView } from '../../../shared/contract/views.ts'
import { confidence } from '../../format.ts'
import { TableFrame } from '../../parts/panel.tsx'
import { voiceName } from './agent-words.ts'
import { DirectionWord } from './direction-word.tsx'
import { voiceShares } from './said.ts'

const SIGNS = { long: '▲', short: '▼', neutral: '–' } as const

/** The first word of it: what has no room for that shows its sign only. */
const shortName = (name: string): string => voiceName(name).split(' ')[0] ?? name

/** Who counted how much, and which way each pointed, as parts of one bar. */
export function VoiceBar({ symbol, voices }: Pick<AgentSaidView, 'symbol' | 'voices'>) {
  const shares = voiceShares(voices)
  const said = shares.map(({ name, bias, share }) => `${voiceName(name)} ${bias}, ${confidence(share)}`).join('; ')
  return (
    <span className="voice-bar" role="img" aria-label={`${symbol}, voices: ${said}`}>
      {shares.map(({ name, bias, share }) => (
        <span key={name} className={`voice voice-${bias}`} style={{ flexGrow: share }} title={voiceName(name)}>
          <span>{SIGNS[bias]}</span>
          <span>{shortName(name)}</span>
        </span>
      ))}
    </span>
  )
}

export function VoiceTable({ said }: { said: readonly AgentSaidView[] }) {
  return (
    <section className="agent-part">
      <h3>Voices</h3>
      <TableFrame label="What each voice counted for">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">Voice</th>
              <th scope="col">Says</th>
              <th scope="col" className="right">
                Confidence
              </th>
              <th scope="col" className="right">
                Weight
              </th>
            </tr>
          </thead>
          {said.map(({ symbol, voices }) => (
            <tbody key={symbol}>
              {voiceShares(voices).map((voice, i) => (
                <tr key={voice.name} className={i === 0 ? '' : 'same-pair'}>
                  {i === 0 && (
                    <th scope="rowgroup" rowSpan={voices.length}>
                      {symbol}
                    </th>
                  )}
                  <td>{voiceName(voice.name)}</td>
                  <td>
                    <DirectionWord word={voice.bias} bias={voice.bias} />
                  </td>
                  <td className="right num">{confidence(voice.confidence)}</td>
                  <td className="right num">{confidence(voice.share)}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </TableFrame>
    </section>
  )
}
