import { Search } from 'lucide-react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { choices, type HistoryFilter } from './history-filter.ts'
import { PURPOSES } from './order-words.ts'

type Props = { orders: readonly OrderView[]; filter: HistoryFilter; onChange: (filter: HistoryFilter) => void }

export function HistoryFilters({ orders, filter, onChange }: Props) {
  return (
    <search className="filters" aria-label="Filter the history">
      <label className="filter-text">
        <Search size={13} aria-hidden="true" />
        <span className="sr-only">Search ids and reasons</span>
        <input
          type="search"
          placeholder="Id, origin or reason"
          value={filter.text}
          onChange={(event) => onChange({ ...filter, text: event.target.value })}
        />
      </label>
      <label>
        <span>Pair</span>
        <select value={filter.symbol} onChange={(event) => onChange({ ...filter, symbol: event.target.value })}>
          <option value="">All</option>
          {choices(orders.map(({ symbol }) => symbol)).map((symbol) => (
            <option key={symbol}>{symbol}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Side</span>
        <select
          value={filter.side}
          onChange={(event) => onChange({ ...filter, side: event.target.value as HistoryFilter['side'] })}
        >
          <option value="">Both</option>
          <option value="buy">Buy</option>
          <option value="sell">Sell</option>
        </select>
      </label>
      <label>
        <span>For</span>
        <select
          value={filter.purpose}
          onChange={(event) => onChange({ ...filter, purpose: event.target.value as HistoryFilter['purpose'] })}
        >
          <option value="">All</option>
          {choices(orders.map(({ purpose }) => purpose)).map((purpose) => (
            <option key={purpose} value={purpose}>
              {PURPOSES[purpose]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>State</span>
        <select value={filter.status} onChange={(event) => onChange({ ...filter, status: event.target.value })}>
          <option value="">All</option>
          {choices(orders.map(({ status }) => status)).map((status) => (
            <option key={status} value={status}>
              {capitalized(words(status))}
            </option>
          ))}
        </select>
      </label>
    </search>
  )
}
