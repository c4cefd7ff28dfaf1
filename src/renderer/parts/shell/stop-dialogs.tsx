import { act } from '../../stores/actions.ts'
import { closeOverlay, type StopDialog } from '../../stores/overlays.ts'
import { useView, useViewParts } from '../../stores/projection.ts'
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

/** Orders that open something come from a proposal; those of a position protect or close it. */
function useOpenThings() {
  const { open, positions } = useViewParts(({ orders }) => ({ open: orders.open, positions: orders.positions }))
  const entries = open.filter(({ origin }) => !origin.startsWith('pos_')).length
  return { entries, exits: open.length - entries, positions: positions.map(({ symbol }) => symbol) }
}

function StaysOpen({ entriesStay, isKill = false }: { entriesStay: boolean; isKill?: boolean }) {
  const { entries, exits, positions } = useOpenThings()
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
            : `${count(positions.length, 'position')} (${positions.join(', ')}), each with its stop and target.`}
        </li>
        {exits > 0 && <li>{count(exits, 'order')} that close or protect a position.</li>}
        <li>Bags, and orders placed by hand at the exchange: never touched.</li>
        {isKill && <li>Nothing else: only requests that close risk or read may leave until you resume.</li>}
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
  const { coordinator, reason } = useViewParts(({ status }) => ({
    coordinator: status.coordinator,
    reason: status.coordinatorReason,
  }))
  return (
    <ConfirmDialog
      title="Resume trading?"
      description={`It is ${coordinator} now${reason === null ? '' : `: ${reason}`}. After resuming, new proposals and trades are possible again.`}
      confirm="Resume trading"
      onConfirm={() => act('coordinator.resume', {})}
      onClose={closeOverlay}
    />
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
  const { entries } = useOpenThings()
  return (
    <ConfirmDialog
      title="Kill: halt everything?"
      description={`Halts at once and cancels our own entry orders by id (${entries} now). Only you can resume.`}
      confirm="Kill now"
      look="danger"
      reason={{ label: 'Reason', initial: 'Killed by the trader' }}
      onConfirm={(reason) => act('stop.kill', { reason })}
      onClose={closeOverlay}
    >
      <StaysOpen entriesStay={false} isKill />
    </ConfirmDialog>
  )
}
