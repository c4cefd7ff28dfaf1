import { Ban, FlaskConical, OctagonX, Pause, Play, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { percent } from '../../format.ts'
import { show } from '../../stores/overlays.ts'
import { useView, useViewParts } from '../../stores/projection.ts'
import { goTo } from '../../stores/route.ts'
import { ActionButton } from '../button.tsx'
import { Money, Pnl } from '../number.tsx'

export function TopBar() {
  return (
    <header className="top-bar">
      <ModePlate />
      <CoordinatorState />
      <Figures />
      <Stops />
    </header>
  )
}

function ModePlate() {
  const { mode, isSimulated, speed, market } = useViewParts(({ status }) => ({
    mode: status.mode,
    isSimulated: status.isSimulated,
    speed: status.speed,
    market: status.market,
  }))
  const shownSpeed = speed === 1 ? '' : ` ${Number(speed.toPrecision(3))}×`
  return (
    <div className="plates">
      <strong className={`mode-plate mode-${mode}`}>{mode.toUpperCase()}</strong>
      {mode === 'live' && <strong className="real-money">REAL MONEY</strong>}
      {isSimulated ? (
        <span className="simulated" title={`Prices are made up (market: ${market})`}>
          <FlaskConical size={12} aria-hidden="true" />
          SIMULATED{shownSpeed}
        </span>
      ) : (
        <span className="market-name">
          {market}
          {shownSpeed}
        </span>
      )}
    </div>
  )
}

const STATE_TONES = { RUNNING: 'good', PAUSED: 'warn', HALTED: 'bad' } as const

function CoordinatorState() {
  const { because, coordinator, level, levelBecause } = useViewParts(({ status }) => ({
    coordinator: status.coordinator,
    level: status.level,
    levelBecause: status.levelBecause,
    // Where both are known the stop weighs more; the chip says the other.
    because: status.coordinatorReason ?? status.levelBecause,
  }))
  const Icon = coordinator === 'RUNNING' ? Play : coordinator === 'PAUSED' ? Pause : OctagonX
  return (
    <div className="coordinator">
      <span className={`chip chip-${STATE_TONES[coordinator]}`}>
        <Icon size={12} aria-hidden="true" />
        <span className="sr-only">Coordinator: </span>
        <span>{coordinator}</span>
      </span>
      {level !== 'NORMAL' && (
        <span className={`chip chip-${level === 'EMERGENCY' ? 'bad' : 'warn'}`} title={levelBecause ?? undefined}>
          <TriangleAlert size={12} aria-hidden="true" />
          <span>{level}</span>
          <span className="sr-only">{levelBecause}</span>
        </span>
      )}
      {because !== null && (
        <span className="coordinator-reason" title={because}>
          {because}
        </span>
      )}
    </div>
  )
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Figures() {
  const status = useViewParts(
    ({ status: { equity, todayPnl, todayPnlPercent, drawdownPercent, drawdownLimitPercent, quote } }) => ({
      equity,
      todayPnl,
      todayPnlPercent,
      drawdownPercent,
      drawdownLimitPercent,
      quote,
    }),
  )
  return (
    <dl className="figures">
      <Figure label={`Equity, ${status.quote}`}>
        <Money text={status.equity} />
      </Figure>
      <Figure label="Today">
        <Pnl text={status.todayPnl} percent={status.todayPnlPercent} />
      </Figure>
      <Figure label="Drawdown">
        <span className="num">{percent(status.drawdownPercent)}</span>{' '}
        <span className="figure-limit num">
          {Number(status.drawdownPercent) >= Number(status.drawdownLimitPercent) ? 'over' : 'of'}{' '}
          {status.drawdownLimitPercent} %
        </span>
      </Figure>
      <PendingFigure />
    </dl>
  )
}

function PendingFigure() {
  const pending = useView((view) => view.status.pendingDecisions)
  return (
    <Figure label="Pending">
      {pending === 0 ? (
        <span className="num">0</span>
      ) : (
        <button type="button" className="pending-link num" onClick={() => goTo('decisions')}>
          {pending} <span className="pending-word">{pending === 1 ? 'decision' : 'decisions'}</span>
        </button>
      )}
    </Figure>
  )
}

function Stops() {
  const coordinator = useView((view) => view.status.coordinator)
  const isKilled = useView((view) => view.status.kill !== null)
  const isRunning = coordinator === 'RUNNING'
  return (
    <fieldset className="stops">
      <legend className="sr-only">Stops</legend>
      {/* After a kill the way out stands in its banner, beside what it means. */}
      {!isKilled && (
        <ActionButton
          icon={isRunning ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
          onClick={() => show({ kind: 'stop', stop: isRunning ? 'pause' : 'resume' })}
        >
          {isRunning ? 'Pause' : 'Resume'}
        </ActionButton>
      )}
      <ActionButton icon={<Ban size={14} aria-hidden="true" />} onClick={() => show({ kind: 'stop', stop: 'cancel' })}>
        Cancel orders
      </ActionButton>
      <ActionButton
        look="danger"
        aria-keyshortcuts="Control+. Meta+."
        icon={<OctagonX size={14} aria-hidden="true" />}
        onClick={() => show({ kind: 'stop', stop: 'kill' })}
      >
        Kill
      </ActionButton>
    </fieldset>
  )
}
