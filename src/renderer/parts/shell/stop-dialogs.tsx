import { type ReactNode, useState } from 'react'
import { act } from '../../stores/actions.ts'
import { closeOverlay, type StopDialog } from '../../stores/overlays.ts'
import { useView, useViewParts } from '../../stores/projection.ts'
import { When } from '../age.tsx'
import { ConfirmDialog } from '../dialog.tsx'

/** Each stop says before the click what it does and what stays open. */
export function StopDialogs({ stop }: { stop: StopDialog }) {
  switch (stop) {
    case 'pause':
      return <PauseDialog />
    case 'resume':
      return <ResumeDialog />
    case 'cancel':
      return <CancelDialog />
    case 'kill':
      return <KillDialog />
  }
}

const count = (n: number, one: string): string => (n === 1 ? `1 ${one}` : `${n} ${one}s`)

function useOpenThings() {
  const { rests, orders } = useViewParts(({ status, orders: all }) => ({ rests: status.stopsRest, orders: all }))
  return {
    entries: rests.entryOrders,
    positions: orders.positions.map(({ symbol, side }) => `${symbol} ${side}`),
    bare: rests.unprotectedPositions,
    external: orders.external.length,
  }
}

type StaysProps = {
  entriesStay: boolean /** Of the positions, where it is not simply all of them. */
  what?: string
  children?: ReactNode
}

function StaysOpen({ entriesStay, what, children }: StaysProps) {
  const { entries, positions, bare, external } = useOpenThings()
  return (
    <div className="stays-open">
      <h3>What stays open</h3>
      <ul>
        {entriesStay && (
          <li>{entries === 0 ? 'No entry order is open now.' : `${count(entries, 'entry order')}, still working.`}</li>
        )}
        <li>
          {positions.length === 0
            ? 'No position is open now.'
            : (what ??
              `${count(positions.length, 'position')} (${positions.join(', ')}), each with its stop and its target.`)}
        </li>
        {bare > 0 && (
          <li className="bare">{count(bare, 'position')} without a stop at the exchange: only TripleGain watches.</li>
        )}
        <li>
          Bags{external > 0 ? `, and ${count(external, 'order')} placed elsewhere` : ', and orders placed by hand'}:
          never touched.
        </li>
        {children}
      </ul>
    </div>
  )
}

function PauseDialog() {
  return (
    <ConfirmDialog
      title="Pause trading?"
      description="Analysis goes on. Nothing new is traded until you resume."
      confirm="Pause trading"
      reason={{ label: 'Reason', initial: 'Paused by the trader' }}
      onConfirm={(reason) => act('coordinator.pause', { reason })}
      onClose={closeOverlay}
    >
      <StaysOpen entriesStay />
    </ConfirmDialog>
  )
}

function ResumeDialog() {
  const { coordinator, reason, kill, mode, difference } = useViewParts(({ status }) => ({
    coordinator: status.coordinator,
    reason: status.coordinatorReason,
    kill: status.kill,
    mode: status.mode,
    difference: status.difference,
  }))
  return (
    <ConfirmDialog
      title={kill === null ? 'Resume trading?' : 'Resume after the kill?'}
      description={`It is ${coordinator} now${reason === null ? '' : `: ${reason}`}. After resuming, new proposals and trades are possible again.`}
      confirm="Resume trading"
      {...(mode === 'live' && coordinator === 'HALTED'
        ? { phrase: { word: 'RESUME', why: 'This is real money.' } }
        : {})}
      onConfirm={() => act('coordinator.resume', {})}
      onClose={closeOverlay}
    >
      {(kill !== null || difference !== null) && (
        <div className="stays-open">
          <ul>
            {kill !== null && (
              <li>
                Killed <When at={kill.at} />. What was cancelled is not sent again by itself.
              </li>
            )}
            {difference !== null && <li>Ledger and exchange differ: nothing new is traded until that is settled.</li>}
          </ul>
        </div>
      )}
    </ConfirmDialog>
  )
}

function CancelDialog() {
  const { entries } = useOpenThings()
  const state = useView((view) => view.status.coordinator)
  return (
    <ConfirmDialog
      title="Cancel all entry orders?"
      description={`${entries === 0 ? 'No entry order is open now; any that opens meanwhile is cancelled too.' : `${count(entries, 'resting entry order')} will be cancelled.`} The coordinator stays ${state}.`}
      confirm="Cancel orders now"
      look="danger"
      onConfirm={() => act('stop.cancelOrders', {})}
      onClose={closeOverlay}
    >
      <StaysOpen entriesStay={false} />
    </ConfirmDialog>
  )
}

function KillDialog() {
  const { entries, positions } = useOpenThings()
  const [flattens, setFlattens] = useState(false)
  return (
    <ConfirmDialog
      title="Kill: halt everything?"
      description={`Halts at once and cancels our own entry orders by id (${entries} now). Only you can resume.`}
      confirm={flattens ? `Kill and close ${count(positions.length, 'position')}` : 'Kill now'}
      look="danger"
      reason={{ label: 'Reason', initial: 'Killed by the trader' }}
      onConfirm={(reason) => act('stop.kill', { reason, flatten: flattens })}
      onClose={closeOverlay}
    >
      {positions.length > 0 && (
        <label className="check">
          <input type="checkbox" checked={flattens} onChange={(event) => setFlattens(event.target.checked)} />
          <span>
            Also close {positions.length === 1 ? 'the tactical position' : `all ${positions.length} tactical positions`}{' '}
            at market ({positions.join(', ')})
          </span>
        </label>
      )}
      <StaysOpen
        entriesStay={false}
        {...(flattens ? { what: 'Protective stops, each until its position is closed.' } : {})}
      >
        <li>Nothing else: only requests that close risk or read may leave until you resume.</li>
      </StaysOpen>
    </ConfirmDialog>
  )
}
