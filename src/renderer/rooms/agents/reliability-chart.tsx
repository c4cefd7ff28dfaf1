import {
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
  ZAxis,
} from 'recharts'
import type { CalibrationView } from '../../../shared/contract/views.ts'
import { confidence, fixed } from '../../format.ts'
import { ChartTip } from '../../parts/chart-tip.tsx'
import { span } from './agent-words.ts'

type Bin = CalibrationView['bins'][number]

const TICKS = [0, 0.25, 0.5, 0.75, 1]
/** Areas of the smallest and the largest dot, in square pixels. */
const DOT_AREA: [number, number] = [24, 260]
const MARGIN = { top: 8, right: 10, bottom: 0, left: 0 }

const percent = (value: number): string => `${Math.round(value * 100)} %`
const range = ({ from, to }: Bin): string => `${Math.round(from * 100)} – ${Math.round(to * 100)} %`

/** What was said against what came; whoever is as sure as he is right stands on the dashed line. */
export function ReliabilityChart({ curve }: { curve: CalibrationView }) {
  const bins = curve.bins.filter(({ count }) => count > 0)
  return (
    <>
      <figure className="reliability" aria-hidden="true">
        <ResponsiveContainer width="100%" height="100%">
          <ScatterChart margin={MARGIN} accessibilityLayer={false}>
            <CartesianGrid />
            <XAxis
              dataKey="said"
              type="number"
              domain={[0, 1]}
              ticks={TICKS}
              tickFormatter={percent}
              tickLine={false}
              height={22}
            />
            <YAxis
              dataKey="came"
              type="number"
              domain={[0, 1]}
              ticks={TICKS}
              tickFormatter={percent}
              tickLine={false}
              axisLine={false}
              width={44}
            />
            <ZAxis dataKey="count" type="number" domain={[0, 'dataMax']} range={DOT_AREA} />
            <ReferenceLine
              segment={[
                { x: 0, y: 0 },
                { x: 1, y: 1 },
              ]}
              className="as-sure-as-right"
            />
            <Scatter data={bins} className="reliability-dots" line lineJointType="linear" isAnimationActive={false} />
            <Tooltip
              isAnimationActive={false}
              cursor={false}
              content={({ active, payload }) => {
                const bin = payload[0]?.payload as Bin | undefined
                if (!active || bin === undefined) return null
                return (
                  <ChartTip
                    title={`Said with ${range(bin)}`}
                    rows={[
                      ['On average', confidence(bin.said)],
                      ['Came', confidence(bin.came)],
                      ['Directions', fixed(String(bin.count), 0)],
                    ]}
                  />
                )
              }}
            />
          </ScatterChart>
        </ResponsiveContainer>
      </figure>
      <table className="sr-only">
        <caption>Confidence said and what came of it, after {span(curve.horizonMs)}</caption>
        <thead>
          <tr>
            <th scope="col">Said with</th>
            <th scope="col">On average</th>
            <th scope="col">Came</th>
            <th scope="col">Directions</th>
          </tr>
        </thead>
        <tbody>
          {bins.map((bin) => (
            <tr key={bin.from}>
              <th scope="row">{range(bin)}</th>
              <td>{confidence(bin.said)}</td>
              <td>{confidence(bin.came)}</td>
              <td>{bin.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
