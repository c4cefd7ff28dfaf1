import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Output } from '../../../shared/contract/contract.ts'
import { fixed, signed, signedPercent } from '../../format.ts'
import { ChartTip } from '../../parts/chart-tip.tsx'
import { usePreferences } from '../../stores/preferences.ts'
import { dateTime } from '../../times.ts'
import { axisTime, roundScale, roundTimes, STILL, within } from './chart-axis.ts'

/** Equity against thirds that were bought at the start and left alone. */
export function EquityChart({ points, rebalances }: Output<'portfolio.history'>) {
  const zone = usePreferences((state) => state.zone)
  const isHidden = usePreferences((state) => state.hidesAmounts)
  const data = points.map(({ at, equity, held }) => ({
    at,
    equity: Number(equity),
    held: held === null ? null : Number(held),
  }))
  const from = data[0]?.at ?? 0
  const to = data.at(-1)?.at ?? 0
  const values = data.flatMap(({ equity, held }) => (held === null ? [equity] : [equity, held]))
  const scale = roundScale(values, Math.abs(values[0] ?? 1) * 0.002)
  const axis = axisTime(to - from, zone)
  return (
    <figure className="chart" aria-label={said(points, isHidden)}>
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={data} margin={{ top: 8, right: 12, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            tickFormatter={axis}
            ticks={roundTimes(from, to)}
            tickLine={false}
          />
          <YAxis
            domain={scale.domain}
            ticks={scale.ticks}
            width={64}
            tickFormatter={(value: number) => (isHidden ? '•••' : fixed(value.toFixed(scale.decimals), scale.decimals))}
            tickLine={false}
            axisLine={false}
          />
          {within(rebalances, from, to).map((at) => (
            <ReferenceLine key={at} x={at} className="rebalance-mark" />
          ))}
          <Line dataKey="held" className="line-held" {...STILL} connectNulls />
          <Line dataKey="equity" className="line-equity" {...STILL} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, label, payload }) => {
              const point = payload[0]?.payload as (typeof data)[number] | undefined
              if (!active || point === undefined) return null
              const money = (value: number | null) =>
                value === null ? '—' : isHidden ? '•••••' : fixed(value.toFixed(2), 2)
              const ahead = point.held === null ? null : ((point.equity / point.held - 1) * 100).toFixed(4)
              return (
                <ChartTip
                  title={dateTime(Number(label), zone)}
                  rows={[
                    ['Equity', money(point.equity)],
                    ['Just held', money(point.held)],
                    ['Ahead', signedPercent(ahead)],
                  ]}
                />
              )
            }}
          />
        </LineChart>
      </ResponsiveContainer>
    </figure>
  )
}

function said(points: Output<'portfolio.history'>['points'], isHidden: boolean): string {
  const last = points.at(-1)
  if (last === undefined) return 'Equity: no points'
  if (last.held === null) return `Equity${isHidden ? '' : ` ${fixed(last.equity, 2)}`}`
  const ahead = (Number(last.equity) - Number(last.held)).toFixed(2)
  const percent = signedPercent(((Number(last.equity) / Number(last.held) - 1) * 100).toFixed(4))
  return isHidden
    ? `Equity is ${percent} against just held`
    : `Equity ${fixed(last.equity, 2)}, just held ${fixed(last.held, 2)}: ${signed(ahead, 2)} (${percent})`
}
