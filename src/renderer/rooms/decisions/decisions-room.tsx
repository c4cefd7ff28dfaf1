import { Inbox } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Empty } from '../../parts/empty.tsx'
import { RoomFrame } from '../../parts/panel.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { useKeys } from '../../stores/keys.ts'
import { useView } from '../../stores/projection.ts'
import { replaceId, useRoute } from '../../stores/route.ts'
import { ConflictCase } from './conflict-case.tsx'
import { ProposalCase } from './proposal-case.tsx'
import { type Filter, type Group, queue } from './queue.ts'
import { QueueList } from './queue-list.tsx'
import { freshPlanFor, noteLed, useRefusal } from './refusal.ts'

const MINUTE = 60_000

export function DecisionsRoom() {
  const decisions = useView((view) => view.decisions)
  const [filter, setFilter] = useState<Filter>('all')
  const minute = Math.floor(useEngineNow() / MINUTE) * MINUTE
  const groups = useMemo(() => queue(decisions, filter, minute), [decisions, filter, minute])
  const cases = groups.flatMap((group) => group.cases)
  const { id: chosenId } = useRoute()
  const chosen = useChosen(groups, decisions, chosenId)
  const detail = useRef<HTMLElement>(null)
  useFreshPlan(chosen?.id ?? null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another case is read from its top
  useEffect(() => {
    detail.current?.scrollTo(0, 0)
  }, [chosen?.id])

  const select = (id: string): void => replaceId('decisions', id)
  const move = (step: 1 | -1): void => {
    const at = cases.findIndex(({ id }) => id === chosen?.id)
    const next = cases[Math.min(Math.max(at + step, 0), cases.length - 1)]
    if (next !== undefined) select(next.id)
  }
  const openCase = (): void => detail.current?.focus()
  useKeys({ j: () => move(1), k: () => move(-1), enter: openCase })

  return (
    <RoomFrame title="Decisions" className="decisions">
      <QueueList
        groups={groups}
        chosenId={chosen?.id ?? null}
        filter={filter}
        onFilter={setFilter}
        onSelect={select}
        onMove={move}
        onOpen={openCase}
      />
      <article className="case" ref={detail} tabIndex={-1} aria-label="Case">
        {chosen === null && chosenId !== null ? (
          <Empty icon={<Inbox size={22} />} title="This decision is not in the list any more">
            Only the latest are kept here; what was decided and what came of it stays in the journal. Search there for{' '}
            <code>{chosenId}</code>.
          </Empty>
        ) : chosen === null ? (
          <Empty icon={<Inbox size={22} />} title="Nothing is waiting for you">
            A proposal appears here when the portfolio has drifted out of its band or a signal asks for a trade; a
            conflict when two analysts disagree. The next check is on the Portfolio page.
          </Empty>
        ) : chosen.kind === 'proposal' ? (
          <ProposalCase key={chosen.id} proposal={chosen.proposal} />
        ) : (
          <ConflictCase key={chosen.id} conflict={chosen.conflict} />
        )}
      </article>
    </RoomFrame>
  )
}

/** When an approval was refused and a fresh plan took its place, that one is what there is to decide. */
function useFreshPlan(chosenId: string | null): void {
  const { last, hasLed } = useRefusal()
  const freshId = useView(({ decisions }) =>
    last === null || hasLed || last.id !== chosenId ? null : (freshPlanFor(decisions.proposals, last.id)?.id ?? null),
  )
  useEffect(() => {
    if (freshId === null) return
    replaceId('decisions', freshId)
    noteLed()
  }, [freshId])
}

/** The one in the address, also when the filter leaves it out of the list; else the first. It stays chosen when decided. */
function useChosen(groups: readonly Group[], decisions: Parameters<typeof queue>[0], id: string | null) {
  const all = useMemo(() => queue(decisions, 'all', 0).flatMap((group) => group.cases), [decisions])
  const first = groups.flatMap((group) => group.cases)[0] ?? null
  const chosen = all.find((item) => item.id === id) ?? null
  const firstId = first?.id ?? null
  useEffect(() => {
    if (id === null && firstId !== null) replaceId('decisions', firstId)
  }, [id, firstId])
  return id === null ? first : chosen
}
