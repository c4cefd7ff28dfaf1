import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Output } from '../../../shared/contract/contract.ts'
import { fixed, upTo } from '../../format.ts'
import { ChartTip } from '../../parts/chart-tip.tsx'
import { usePreferences } from '../../stores/preferences.ts'
import { dateTime } from '../../times.ts'
import { axisTime, roundScale, roundTimes, STILL, within } from './chart-axis.ts'

/** The largest distance of any weight from its target, against the band. */
type Props = Output<'portfolio.history'> & { bandPp: number | null; bandText: string }

export function DriftChart({ points, rebalances, bandPp, bandText }: Props) {
  const zone = usePreferences((state) => state.zone)
  const data = points.map(({ at, driftPp }) => ({ at, drift: Math.abs(Number(driftPp)) }))
  const from = data[0]?.at ?? 0
  const to = data.at(-1)?.at ?? 0
  const scale = roundScale([0, (bandPp ?? 0) * 1.1, ...data.map(({ drift }) => drift)], 0)
  const last = points.at(-1)
  return (
    <figure
      className="chart"
      aria-label={`Largest drift, now ${upTo(last?.driftPp ?? null, 2)} percentage points, band ${bandText}`}
    >
      <ResponsiveContainer width="100%" height="100%">
        <AreaChart data={data} margin={{ top: 8, right: 12, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            tickFormatter={axisTime(to - from, zone)}
            ticks={roundTimes(from, to)}
            tickLine={false}
          />
          <YAxis
            domain={scale.domain}
            ticks={scale.ticks}
            width={44}
            tickFormatter={(value: number) => value.toFixed(scale.decimals)}
            tickLine={false}
            axisLine={false}
          />
          {within(rebalances, from, to).map((at) => (
            <ReferenceLine key={at} x={at} className="rebalance-mark" />
          ))}
          {bandPp !== null && <ReferenceLine y={bandPp} className="band-mark" />}
          <Area dataKey="drift" className="area-drift" {...STILL} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, label, payload }) => {
              const point = payload[0]?.payload as (typeof data)[number] | undefined
              if (!active || point === undefined) return null
              return (
                <ChartTip
                  title={dateTime(Number(label), zone)}
                  rows={[['Largest drift', `${fixed(point.drift.toFixed(4), 2)} pp`]]}
                />
              )
            }}
          />
        </AreaChart>
      </ResponsiveContainer>
    </figure>
  )
}
