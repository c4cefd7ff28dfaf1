import { RefreshCw, Scale } from 'lucide-react'
import { Age, Countdown } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useAction } from '../../stores/actions.ts'
import { useKeys } from '../../stores/keys.ts'
import { useView, useViewParts } from '../../stores/projection.ts'

export function CheckPanel() {
  const check = useAction('portfolio.check')
  const rebalance = useAction('portfolio.rebalance')
  const { nextCheckAt, lastCheckAt, lastCheckText } = useViewParts(({ portfolio }) => ({
    nextCheckAt: portfolio.nextCheckAt,
    lastCheckAt: portfolio.lastCheckAt,
    lastCheckText: portfolio.lastCheckText,
  }))
  const isHalted = useView((view) => view.status.coordinator === 'HALTED')
  useKeys({ c: () => void check.run({}) })
  return (
    <Panel title="Next check" className="check-panel">
      <p className="check-clock">
        {nextCheckAt === null ? <small>Not scheduled yet</small> : <Countdown at={nextCheckAt} />}
      </p>
      <p className="check-last">
        {lastCheckText === null ? (
          'Not checked yet: the first check comes with the first prices.'
        ) : (
          <>
            <span>{lastCheckText}</span>{' '}
            <small>
              Checked <Age at={lastCheckAt} /> ago.
            </small>
          </>
        )}
      </p>
      <div className="button-row">
        <ActionButton
          icon={<RefreshCw size={14} aria-hidden="true" />}
          hint="C"
          isBusy={check.isBusy}
          onClick={() => void check.run({})}
        >
          Check now
        </ActionButton>
        <ActionButton
          icon={<Scale size={14} aria-hidden="true" />}
          isBusy={rebalance.isBusy}
          onClick={() => void rebalance.run({})}
        >
          Rebalance now
        </ActionButton>
      </div>
      <p className="fine">
        {isHalted ? 'Halted: nothing is proposed until you resume.' : 'Rebalance now only proposes: you still decide.'}
      </p>
    </Panel>
  )
}
