import type { ConflictView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { ActionButton } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useAction } from '../../stores/actions.ts'

/** The only answers there are, each with its exact consequence. */
export function ConflictOptions({ conflict }: { conflict: ConflictView }) {
  const decide = useAction('conflict.decide')
  const { resolution } = conflict
  return (
    <Panel title="Options" note={resolution === null ? 'you may decide at any time' : 'as they stood'}>
      <ul className="options">
        {conflict.options.map(({ id, kind, text }) => {
          const isDefault = id === conflict.defaultOptionId
          const isTaken = id === resolution?.optionId
          return (
            <li key={id} className={isTaken ? 'is-taken' : ''}>
              {resolution === null ? (
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
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
