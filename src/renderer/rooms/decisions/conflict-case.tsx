import type { ConflictView } from '../../../shared/contract/views.ts'
import { capitalized, confidence, properName, reading, words } from '../../format.ts'
import { Age, Countdown, When } from '../../parts/age.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Panel } from '../../parts/panel.tsx'
import { hashOf } from '../../stores/address.ts'
import { ConflictAttempts } from './conflict-attempts.tsx'
import { ConflictOptions } from './conflict-options.tsx'
import { ResolverScores } from './resolver-scores.tsx'
import { CaseStatus } from './status.tsx'

export function ConflictCase({ conflict }: { conflict: ConflictView }) {
  const { resolution } = conflict
  return (
    <>
      <header className="case-head">
        <div className="case-title">
          <h2>{capitalized(conflict.title)}</h2>
          <CaseStatus item={{ kind: 'conflict', id: conflict.id, conflict }} />
        </div>
        <p className="case-meta">
          {capitalized(words(conflict.type))} · {conflict.symbol} · detected <When at={conflict.detectedAt} />
          {conflict.stage === 'waiting' && ` · waiting for ${conflict.waitsFor}`}
          {resolution === null && (
            <>
              {' '}
              · default applies in <Countdown at={conflict.deadline} soonMs={60_000} />
            </>
          )}
        </p>
        {resolution === null ? <Asking conflict={conflict} /> : <Resolution conflict={conflict} />}
      </header>
      <ConflictOptions conflict={conflict} />
      <div className="case-pair">
        {conflict.sides.map((side) => (
          <Panel
            key={`${side.who} ${side.says}`}
            title={capitalized(side.who)}
            note={side.confidence === null ? null : <Chip tone="info">confidence {confidence(side.confidence)}</Chip>}
          >
            <p className="side-says">“{capitalized(side.says)}”</p>
            <dl className="readings">
              {Object.entries(side.values).map(([name, value]) => (
                <div key={name}>
                  <dt>{readable(name)}</dt>
                  <dd className="num">{reading(value)}</dd>
                </div>
              ))}
            </dl>
          </Panel>
        ))}
      </div>
      <ConflictAttempts attempts={conflict.attempts} />
      <ResolverScores />
      <p className="case-links">
        <a href={hashOf({ room: 'journal', id: conflict.correlationId })}>Trace in the journal</a>
        <code>{conflict.id}</code>
      </p>
    </>
  )
}

/** `rangePosition` → `range position`. */
const readable = (name: string): string =>
  words(name).replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)

function Asking({ conflict }: { conflict: ConflictView }) {
  return (
    <p className="asking">
      {conflict.asking === null ? (
        'Nobody is being asked now: decide yourself, or the default applies when the time is up.'
      ) : (
        <>
          <strong>{properName(conflict.asking)}</strong> is being asked
          {conflict.askingSince !== null && (
            <>
              , for <Age at={conflict.askingSince} />
            </>
          )}
          . You may decide first: your word counts.
        </>
      )}
    </p>
  )
}

function Resolution({ conflict }: { conflict: ConflictView }) {
  const { resolution } = conflict
  if (resolution === null) return null
  const option = conflict.options.find(({ id }) => id === resolution.optionId)
  return (
    <div className="resolution">
      <p>
        <strong>{capitalized(words(resolution.optionId))}</strong>, decided by{' '}
        {resolution.by === 'trader' ? 'the trader' : properName(resolution.by)}{' '}
        {resolution.confidence !== null && `with confidence ${confidence(resolution.confidence)} `}
        at <When at={resolution.at} />
      </p>
      {option !== undefined && <p>{option.text}</p>}
      {resolution.reasons !== '' && <p className="faint">{resolution.reasons}</p>}
      {conflict.stage === 'waiting' && (
        <p>
          It is looked at again, once, with {conflict.waitsFor}. <strong>You may still decide.</strong>
        </p>
      )}
      {conflict.waited !== null && (
        <p>
          The wait ended at <When at={conflict.waited.at} />: <strong>{words(conflict.waited.optionId)}</strong>.{' '}
          {conflict.waited.because}
        </p>
      )}
    </div>
  )
}
