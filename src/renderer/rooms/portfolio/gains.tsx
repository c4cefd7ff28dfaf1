import { Download, Layers } from 'lucide-react'
import { useState } from 'react'
import { toast } from 'sonner'
import type { Input } from '../../../shared/contract/contract.ts'
import { client } from '../../client.ts'
import { ActionButton } from '../../parts/button.tsx'
import { Pnl } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { saveExport } from '../../save-file.ts'
import { useKeys } from '../../stores/keys.ts'
import { ask } from '../../stores/portfolio-questions.ts'
import { useIsLive, useView, useViewParts } from '../../stores/projection.ts'
import { sumOrUnknown } from './gain-sums.ts'

const YEARS_OFFERED = 8
const ALL_YEARS = 'all'

/** What selling has brought, by which method, and the files a tax tool reads. */
export function Gains() {
  const { realized, realizedThisYear, lotMethod, assets, quote } = useViewParts(({ portfolio, status }) => ({
    realized: portfolio.realized,
    realizedThisYear: portfolio.realizedThisYear,
    lotMethod: portfolio.lotMethod,
    assets: portfolio.assets,
    quote: status.quote,
  }))
  const year = useThisYear()
  const isLive = useIsLive()
  const unknown = assets.filter(({ costBasis }) => costBasis === null).map(({ asset }) => asset)
  const openLots = (): void => ask({ kind: 'lots' })
  useKeys({ l: () => isLive && openLots() })
  return (
    <Panel
      title="Gains"
      className="gains-panel"
      note={`by ${lotMethod} lots, in ${quote}`}
      actions={
        <ActionButton className="small" hint="L" icon={<Layers size={13} aria-hidden="true" />} onClick={openLots}>
          Lots…
        </ActionButton>
      }
    >
      <dl className="facts">
        <div>
          <dt>Realized, all</dt>
          <dd className="big">
            <Pnl text={realized} />
          </dd>
        </div>
        <div>
          <dt>Realized, {year}</dt>
          <dd className="big">
            <Pnl text={realizedThisYear} />
          </dd>
        </div>
        <div>
          <dt>Unrealized now</dt>
          <dd className="big">
            <Pnl text={sumOrUnknown(assets.map(({ unrealized }) => unrealized))} />
          </dd>
        </div>
      </dl>
      {unknown.length > 0 && (
        <p className="fine pad">What {unknown.join(' and ')} cost is not known: no sum is made up.</p>
      )}
      <Exports year={year} />
    </Panel>
  )
}

/** Of the engine's clock, UTC. */
const useThisYear = (): number => useView((view) => new Date(view.status.now).getUTCFullYear())

function Exports({ year }: { year: number }) {
  const [chosen, setChosen] = useState(String(year))
  const [busy, setBusy] = useState<'gains' | 'entries' | null>(null)
  const run = async (what: 'gains' | 'entries'): Promise<void> => {
    setBusy(what)
    await exportLedger({ what, year: what === 'entries' || chosen === ALL_YEARS ? null : Number(chosen) })
    setBusy(null)
  }
  return (
    <div className="exports">
      <label>
        Year{' '}
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {Array.from({ length: YEARS_OFFERED }, (_, i) => String(year - i)).map((each) => (
            <option key={each}>{each}</option>
          ))}
          <option value={ALL_YEARS}>All years</option>
        </select>
      </label>
      <ActionButton
        className="small"
        icon={<Download size={13} aria-hidden="true" />}
        isBusy={busy === 'gains'}
        onClick={() => void run('gains')}
      >
        Gains CSV
      </ActionButton>
      <ActionButton
        className="small"
        icon={<Download size={13} aria-hidden="true" />}
        isBusy={busy === 'entries'}
        onClick={() => void run('entries')}
      >
        Whole ledger CSV
      </ActionButton>
    </div>
  )
}

async function exportLedger(input: Input<'ledger.export'>): Promise<void> {
  const result = await client.call('ledger.export', input)
  if (!result.ok) {
    toast.error(result.error.message, { duration: 10_000, description: result.error.code })
    return
  }
  const { fileName, csv, rows } = result.value
  if (rows === 0) {
    toast.info(input.year === null ? 'There is nothing to export yet.' : `Nothing was realized in ${input.year}.`)
    return
  }
  const saved = await saveExport(fileName, 'csv', csv)
  toast.success(`${saved}: ${rows} ${rows === 1 ? 'row' : 'rows'}.`)
}
