import { GitMerge, Scale, TrendingUp } from 'lucide-react'
import { type KeyboardEvent, useEffect } from 'react'
import { capitalized } from '../../format.ts'
import { Countdown, When } from '../../parts/age.tsx'
import { Segments } from '../../parts/segments.tsx'
import { type Case, deadlineOf, endedAt, FILTERS, type Filter, type Group, titleOf } from './queue.ts'
import { CaseStatus } from './status.tsx'

type Props = {
  groups: readonly Group[]
  chosenId: string | null
  filter: Filter
  onFilter: (filter: Filter) => void
  onSelect: (id: string) => void
  onMove: (step: 1 | -1) => void
  onOpen: () => void
}

export function QueueList({ groups, chosenId, filter, onFilter, onSelect, onMove, onOpen }: Props) {
  useEffect(() => {
    const option = chosenId === null ? null : document.getElementById(`case-${chosenId}`)
    option?.scrollIntoView({ block: 'nearest' })
  }, [chosenId])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') onMove(1)
    else if (event.key === 'ArrowUp') onMove(-1)
    else if (event.key === 'Enter') onOpen()
    else return
    event.preventDefault()
  }
  return (
    <div className="queue">
      <div className="queue-filter">
        <Segments label="Show of those decided" options={FILTERS} value={filter} onChange={onFilter} />
      </div>
      {groups.every(({ cases }) => cases.length === 0) ? (
        <p className="queue-none">{filter === 'all' ? 'No decisions yet.' : 'None of this kind.'}</p>
      ) : (
        <div
          className="queue-list"
          role="listbox"
          aria-label="Decisions queue"
          tabIndex={0}
          aria-activedescendant={chosenId === null ? undefined : `case-${chosenId}`}
          onKeyDown={onKeyDown}
        >
          {groups.map(({ name, cases }) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options inside a listbox
            <div key={name} role="group" aria-label={name}>
              <div className="queue-group" role="presentation">
                {name} <span className="num">{cases.length}</span>
              </div>
              {cases.map((item) => (
                <QueueOption
                  key={item.id}
                  item={item}
                  group={name}
                  isChosen={item.id === chosenId}
                  onSelect={onSelect}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

type OptionProps = { item: Case; group: Group['name']; isChosen: boolean; onSelect: (id: string) => void }

function QueueOption({ item, group, isChosen, onSelect }: OptionProps) {
  const Icon = item.kind === 'conflict' ? GitMerge : item.proposal.kind === 'rebalance' ? Scale : TrendingUp
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the listbox
    // biome-ignore lint/a11y/useFocusableInteractive: the listbox holds the focus
    <div
      id={`case-${item.id}`}
      role="option"
      aria-selected={isChosen}
      className="queue-option"
      onClick={() => onSelect(item.id)}
    >
      <Icon size={15} aria-hidden="true" />
      <span className="queue-title">{capitalized(titleOf(item))}</span>
      <CaseStatus item={item} />
      <span className="queue-time">{timeOf(item, group)}</span>
    </div>
  )
}

function timeOf(item: Case, group: Group['name']) {
  switch (group) {
    case 'Waiting':
      return (
        <>
          {item.kind === 'conflict' ? 'default in ' : 'expires in '}
          <Countdown at={deadlineOf(item)} soonMs={120_000} />
        </>
      )
    case 'Snoozed':
      return item.kind === 'conflict' ? (
        `waits for ${item.conflict.waitsFor}`
      ) : (
        <>
          back in <Countdown at={item.proposal.snoozedUntil} />
        </>
      )
    default:
      return <When at={endedAt(item)} />
  }
}
