import type { ConflictView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { ActionButton } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Pnl } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useAction } from '../../stores/actions.ts'
import { useView } from '../../stores/projection.ts'

/** The only answers there are, each with its exact consequence. */
export function ConflictOptions({ conflict }: { conflict: ConflictView }) {
  const decide = useAction('conflict.decide')
  const quote = useView((view) => view.status.quote)
  const { resolution, waited } = conflict
  const isScored = conflict.stage === 'scored'
  const isOpen = conflict.stage !== 'resolved' && !isScored
  const takenId = waited?.optionId ?? resolution?.optionId
  return (
    <Panel
      title="Options"
      note={
        isOpen
          ? 'you may decide at any time'
          : isScored
            ? `with what each would have earned, in ${quote}, after fees`
            : 'as they stood; what each would have earned is known when the trade would be over, a day later at most'
      }
    >
      <ul className="options">
        {conflict.options.map(({ earned, id, kind, text }) => {
          const isDefault = id === conflict.defaultOptionId
          const isTaken = id === takenId
          return (
            <li key={id} className={isTaken ? 'is-taken' : ''}>
              {isOpen ? (
                <ActionButton
                  isBusy={decide.isBusy}
                  aria-describedby={`option-${id}`}
                  onClick={() => void decide.run({ id: conflict.id, optionId: id })}
                >
                  {capitalized(words(id))}
                </ActionButton>
              ) : (
                <strong className="option-name">{capitalized(words(id))}</strong>
              )}
              <p id={`option-${id}`}>
                {text} {isDefault && <Chip tone="warn">Default</Chip>} {isTaken && <Chip tone="good">Taken</Chip>}{' '}
                {kind !== id && <span className="faint">({kind})</span>}
              </p>
              {isScored && (
                <p className="option-earned">
                  <Pnl text={earned} />
                </p>
              )}
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
