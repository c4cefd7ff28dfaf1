import { type AxisTick, numberTicks, timeTicks } from './axis.ts'
import { escapeHtml } from './markup.ts'
import type { ReportSeries } from './report-data.ts'

const WIDTH = 1000
const LEFT = 72
const RIGHT = 14
const TOP = 12
const BOTTOM = 28
const HOVER_BANDS = 150

type Frame = {
  readonly height: number
  readonly x: (at: number) => number
  readonly y: (value: number) => number
  readonly ticks: readonly AxisTick[]
}

const round = (value: number): string => String(Math.round(value * 10) / 10)
const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
const money = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : '—'
const percent = (value: number): string => (Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '—')

function frameOf(series: ReportSeries, height: number, ticks: readonly AxisTick[]): Frame {
  const [from = 0, to = 1] = [series.at[0], series.at.at(-1)]
  const [low = 0, high = 1] = [ticks[0]?.at, ticks.at(-1)?.at]
  const plotHeight = height - TOP - BOTTOM
  return {
    height,
    ticks,
    x: (at) => LEFT + ((at - from) / (to - from || 1)) * (WIDTH - LEFT - RIGHT),
    y: (value) => TOP + ((high - value) / (high - low || 1)) * plotHeight,
  }
}

/** A path through the known points; unknown ones leave it open. */
function linePath(frame: Frame, at: readonly number[], values: readonly number[]): string {
  let path = ''
  let isDown = false
  for (const [i, time] of at.entries()) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) isDown = false
    else {
      path += `${isDown ? 'L' : 'M'}${round(frame.x(time))} ${round(frame.y(value))}`
      isDown = true
    }
  }
  return path
}

function areaPath(frame: Frame, at: readonly number[], upper: readonly number[], lower: readonly number[]): string {
  const known = [...at.keys()].filter((i) => Number.isFinite(upper[i]) && Number.isFinite(lower[i]))
  const point = (values: readonly number[]) => (i: number) =>
    `${round(frame.x(at[i] as number))} ${round(frame.y(values[i] as number))}`
  if (known.length === 0) return ''
  return `M${known.map(point(upper)).join('L')}L${known.toReversed().map(point(lower)).join('L')}Z`
}

/** Invisible bands whose titles tell the values below the pointer. */
function hoverBands(frame: Frame, series: ReportSeries, textOf: (i: number) => string): string {
  const count = Math.min(HOVER_BANDS, series.at.length)
  const bands: string[] = []
  for (let n = 0; n < count; n++) {
    const i = Math.round((n * (series.at.length - 1)) / Math.max(1, count - 1))
    const width = (WIDTH - LEFT - RIGHT) / Math.max(1, count - 1)
    const x = Math.max(LEFT, frame.x(series.at[i] as number) - width / 2)
    const title = `${moment(series.at[i] as number)}\n${textOf(i)}`
    bands.push(
      `<rect class="band" x="${round(x)}" y="${TOP}" width="${round(width)}" height="${frame.height - TOP - BOTTOM}"><title>${escapeHtml(title)}</title></rect>`,
    )
  }
  return bands.join('')
}

function svg(frame: Frame, series: ReportSeries, label: string, marks: string): string {
  const { height, ticks, x, y } = frame
  const grid = ticks.map(
    ({ at, label }) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(at))}" y2="${round(y(at))}"/><text class="tick" x="${LEFT - 8}" y="${round(y(at) + 4)}" text-anchor="end">${escapeHtml(label)}</text>`,
  )
  const [from = 0, to = 1] = [series.at[0], series.at.at(-1)]
  const bottom = height - BOTTOM
  const times = timeTicks(from, to, 9).map(({ at, label }) => {
    const place = x(at)
    const anchor = place < LEFT + 24 ? 'start' : place > WIDTH - RIGHT - 24 ? 'end' : 'middle'
    return `<line class="axis" x1="${round(place)}" x2="${round(place)}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${round(place)}" y="${bottom + 19}" text-anchor="${anchor}">${escapeHtml(label)}</text>`
  })
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">
<g>${grid.join('')}</g>
<g>${times.join('')}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/></g>
${marks}
</svg>`
}

const known = (values: readonly number[]): number[] => values.filter(Number.isFinite)
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

export function equityChart(series: ReportSeries): string {
  const values = known([...series.equity, ...series.hold])
  const frame = frameOf(series, 340, numberTicks(least(values), most(values), 6))
  const marks = `<path class="line hold" d="${linePath(frame, series.at, series.hold)}"/>
<path class="line equity" d="${linePath(frame, series.at, series.equity)}"/>
${hoverBands(frame, series, (i) => `Equity ${money(series.equity[i] ?? Number.NaN)}\nJust holding ${money(series.hold[i] ?? Number.NaN)}`)}`
  return svg(frame, series, 'Equity over time against just holding', marks)
}

export function drawdownChart(series: ReportSeries): string {
  const below = series.drawdown.map((fraction) => -fraction * 100)
  const level = below.map(() => 0)
  const frame = frameOf(series, 200, numberTicks(Math.min(-1, least(known(below))), 0, 4, ' %'))
  const marks = `<path class="area drawdown" d="${areaPath(frame, series.at, level, below)}"/>
<path class="line drawdown" d="${linePath(frame, series.at, below)}"/>
${hoverBands(frame, series, (i) => `${percent(series.drawdown[i] ?? Number.NaN)} below the peak`)}`
  return svg(frame, series, 'Drawdown from the running peak of equity over time', marks)
}

export function weightsChart(series: ReportSeries): string {
  const assets = Object.keys(series.weights)
  const frame = frameOf(series, 260, numberTicks(0, 100, 5, ' %'))
  let lower = series.at.map(() => 0)
  const areas = assets.map((asset, k) => {
    const upper = lower.map((value, i) => value + (series.weights[asset]?.[i] ?? Number.NaN) * 100)
    const path = areaPath(frame, series.at, upper, lower)
    lower = upper
    return `<path class="area asset${k}" d="${path}"/>`
  })
  const bottom = frame.height - BOTTOM
  const rebalances = series.rebalances.map((at) => `M${round(frame.x(at))} ${TOP}V${bottom}`).join('')
  const marks = `${areas.join('\n')}
<path class="rebalance" d="${rebalances}"/>
${hoverBands(frame, series, (i) => assets.map((asset) => `${asset} ${percent(series.weights[asset]?.[i] ?? Number.NaN)}`).join('\n'))}`
  return svg(frame, series, `Weights of ${assets.join(', ')} over time, rebalances marked`, marks)
}
