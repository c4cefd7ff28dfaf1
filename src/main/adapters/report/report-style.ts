/** The report's look: inline, so that the file needs nothing else. Dark or light as the reader's system says. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --text: #151a21; --muted: #56606d; --rule: #dfe4ea; --grid: #e9edf1;
  --equity: #1f66d6; --hold: #b85c00; --good: #0b7a4b; --bad: #b3261e;
  --fall: #b3261e; --asset0: #e08a1e; --asset1: #3f7fe0; --asset2: #4d9a86; --asset3: #8d6fc9; --mark: #10151b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #151b23; --text: #e7ecf2; --muted: #9aa6b4; --rule: #27303b; --grid: #202832;
    --equity: #6ba4ff; --hold: #f0a24a; --good: #4fc08d; --bad: #ff8a80;
    --fall: #ff8a80; --asset0: #c97a1a; --asset1: #3a73cc; --asset2: #3f8373; --asset3: #7a5fb3; --mark: #f3f6fa;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 24px }
header { margin-bottom: 24px }
h1 { display: flex; align-items: center; gap: 12px; margin: 0 0 4px; font-size: 26px; line-height: 1.2; letter-spacing: -.01em }
h2 { margin: 0 0 12px; font-size: 16px; line-height: 1.3 }
h3 { margin: 20px 0 8px; font-size: 13px; color: var(--muted) }
p { margin: 0 0 10px }
.muted, .note { color: var(--muted) }
.scroll + .note { margin-top: 12px }
section > p:last-child { margin-bottom: 0 }
.plate {
  padding: 3px 9px; border-radius: 6px; background: var(--text); color: var(--page);
  font-size: 12px; font-weight: 700; letter-spacing: .08em;
}
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; margin: 0 0 16px }
.card, section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px }
.card { padding: 14px 16px }
.card dt { color: var(--muted); font-size: 13px }
.card dd { margin: 0 }
.card .value { font-size: 22px; font-weight: 650; line-height: 1.35; letter-spacing: -.01em; white-space: nowrap }
.card .unit { font-size: 13px; font-weight: 500; color: var(--muted); letter-spacing: 0 }
.card .detail { color: var(--muted); font-size: 13px }
.good { color: var(--good) } .bad { color: var(--bad) }
section { padding: 18px 20px 20px; margin: 0 0 16px }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 16px; margin: 0 0 16px }
.pair section { margin: 0 }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 20px; margin-bottom: 8px }
.heading h2 { margin: 0 }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none; font-size: 13px }
.legend li { display: flex; align-items: center; gap: 7px }
.key { width: 16px; height: 10px; border-radius: 3px }
.key.thin { height: 3px } .key.upright { width: 2px; height: 14px; border-radius: 0 }
.key.equity { background: var(--equity) } .key.hold { background: var(--hold) } .key.mark { background: var(--mark) }
.key.asset0 { background: var(--asset0) } .key.asset1 { background: var(--asset1) }
.key.asset2 { background: var(--asset2) } .key.asset3 { background: var(--asset3) }
svg { display: block; width: 100%; min-width: 620px; height: auto }
.grid { stroke: var(--grid) } .axis { stroke: var(--rule) }
.tick { fill: var(--muted); font-size: 12px }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round }
.line.equity { stroke: var(--equity); stroke-width: 2 } .line.hold { stroke: var(--hold) }
.line.drawdown { stroke: var(--fall); stroke-width: 1.2 } .area.drawdown { fill: var(--fall); fill-opacity: .18 }
.area.asset0 { fill: var(--asset0) } .area.asset1 { fill: var(--asset1) }
.area.asset2 { fill: var(--asset2) } .area.asset3 { fill: var(--asset3) }
.rebalance { stroke: var(--mark); stroke-opacity: .55; stroke-width: 1 }
.band { fill: transparent } .band:hover { fill: var(--text); fill-opacity: .1 }
.scroll { overflow-x: auto; border-radius: 6px }
:focus-visible { outline: 2px solid var(--equity); outline-offset: 2px }
table { width: 100%; border-collapse: collapse }
th, td { padding: 6px 20px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule) }
tbody tr:last-child > * { border-bottom: 0 }
thead th { color: var(--muted); font-size: 12px; font-weight: 600; white-space: nowrap }
tbody th { font-weight: 500 }
th:last-child, td:last-child { padding-right: 0 }
.number { text-align: right; white-space: nowrap }
.nowrap { white-space: nowrap }
.settings tbody th { width: 45% }
.break { overflow-wrap: anywhere }
code { font: 12px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere }
footer { color: var(--muted); font-size: 13px; padding: 4px 2px 24px }
footer p { margin: 0 0 4px }
@media print { body { background: #fff } section, .card { break-inside: avoid } .scroll { overflow: visible } }
`
