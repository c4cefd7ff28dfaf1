import { FlaskConical, TriangleAlert } from 'lucide-react'
import type { FreshnessView } from '../../../shared/contract/views.ts'
import { Age } from '../../parts/age.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { useView } from '../../stores/projection.ts'
import { widthName } from './agent-words.ts'
import { isOverdue, widthsOf } from './market-words.ts'

/** How old what the analysts look at is: prices, and the last candle of every width. */
export function MarketData() {
  const market = useView((view) => view.agents.market)
  const isSimulated = useView((view) => view.status.isSimulated)
  const widths = widthsOf(market)
  return (
    <Panel
      title="Market data"
      className="market-panel"
      note={
        isSimulated ? (
          <Chip tone="warn" icon={<FlaskConical size={11} aria-hidden="true" />}>
            simulated
          </Chip>
        ) : (
          'age of the last price and of the last candle of each width'
        )
      }
    >
      {market.length === 0 ? (
        <Empty title="No prices yet">Each pair appears here with its first price.</Empty>
      ) : (
        <TableFrame label="Age of prices and candles by pair">
          <table className="table market-table">
            <thead>
              <tr>
                <th scope="col">Pair</th>
                <th scope="col" className="right">
                  Price
                </th>
                {widths.map((width) => (
                  <th key={width} scope="col" className="right">
                    {widthName(width)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {market.map((each) => (
                <MarketRow key={each.symbol} market={each} widths={widths} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}

function MarketRow({ market, widths }: { market: FreshnessView; widths: readonly number[] }) {
  const { symbol, at, isFresh, candles, problems } = market
  const now = useEngineNow()
  return (
    <>
      <tr className={problems.length > 0 ? 'has-note' : ''}>
        <th scope="row">{symbol}</th>
        <td className="right">
          {at === null ? <span className="faint">none yet</span> : <Age at={at} isStale={!isFresh} />}
        </td>
        {widths.map((width) => {
          const candle = candles.find(({ intervalMs }) => intervalMs === width)
          return (
            <td key={width} className="right">
              {candle !== undefined && isOverdue(candle, now) ? (
                <Overdue at={candle.closedAt} />
              ) : (
                <Age at={candle?.closedAt ?? null} />
              )}
            </td>
          )
        })}
      </tr>
      {problems.length > 0 && (
        <tr className="note-row">
          <td colSpan={widths.length + 2} className="wrap">
            <ul className="market-problems" aria-label={`${symbol}: problems`}>
              {problems.map((text) => (
                <li key={text}>
                  <TriangleAlert size={12} aria-hidden="true" />
                  <span>{text}</span>
                </li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </>
  )
}

/** There is no room for a word in every column: it stands behind the sign. */
const Overdue = ({ at }: { at: number }) => (
  <span className="overdue" title="The next candle of this width should have closed by now.">
    <TriangleAlert size={11} aria-hidden="true" />
    <Age at={at} />
    <span className="sr-only"> overdue</span>
  </span>
)
