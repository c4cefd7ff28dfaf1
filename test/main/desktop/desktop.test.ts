import { describe, expect, it } from 'vitest'
import { ownArguments } from '../../../src/main/desktop/arguments.ts'
import { applicationMenu, trayMenu } from '../../../src/main/desktop/menus.ts'
import { closeBeforeQuit } from '../../../src/main/desktop/quit.ts'
import { followStatus, type Shown, titleOf, tooltipOf } from '../../../src/main/desktop/status.ts'
import { ICON_SIZE, trayIcon } from '../../../src/main/desktop/tray-icon.ts'
import type { StatusView } from '../../../src/shared/contract/views.ts'
import { ok } from '../../../src/shared/result.ts'
import { FakeEngine } from '../api/transports/fakes.ts'

const STATUS: StatusView = {
  mode: 'paper',
  market: 'simulated',
  isSimulated: true,
  version: '0.1.0',
  quote: 'USDT',
  now: 1,
  speed: 60,
  coordinator: 'RUNNING',
  coordinatorReason: null,
  level: 'NORMAL',
  levelBecause: null,
  kill: null,
  lights: [],
  calls: null,
  difference: null,
  stopsRest: { entryOrders: 0, protectedPositions: 0, unprotectedPositions: 0 },
  equity: null,
  todayPnl: null,
  todayPnlPercent: null,
  drawdownPercent: null,
  drawdownLimitPercent: '20',
  pendingDecisions: 0,
  dataDir: '/d',
}
const shown = (change: Partial<Shown> = {}): Shown => ({
  mode: 'paper',
  coordinator: 'RUNNING',
  pendingDecisions: 0,
  isSimulated: true,
  ...change,
})

describe('title, tray and dock', () => {
  it('follow the status from the snapshot on, and are touched only when something shown has changed', async () => {
    const engine = new FakeEngine()
    engine.answer = async () => ok({ seq: 1, view: { status: STATUS } })
    const seen: Shown[] = []
    const stop = followStatus(engine, (status) => void seen.push(status))
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    engine.push('view.delta', { seq: 2, changed: { status: { ...STATUS, now: 2 } } })
    engine.push('view.delta', { seq: 3, changed: { alerts: [] } })
    engine.push('view.delta', { seq: 4, changed: { status: { ...STATUS, pendingDecisions: 2 } } })
    engine.push('view.delta', 'nonsense')
    stop()
    engine.push('view.delta', { seq: 5, changed: { status: { ...STATUS, pendingDecisions: 3 } } })
    expect(seen).toEqual([shown(), shown({ pendingDecisions: 2 })])
  })

  it('keep what a delta said when the snapshot comes late', async () => {
    const engine = new FakeEngine()
    engine.answer = async () => ok({ seq: 1, view: { status: STATUS } })
    const seen: Shown[] = []
    followStatus(engine, (status) => void seen.push(status))
    engine.push('view.delta', { seq: 2, changed: { status: { ...STATUS, pendingDecisions: 1 } } })
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual([shown({ pendingDecisions: 1 })])
  })

  it('say the mode in words, what waits, and when it is not running', () => {
    expect(titleOf(shown())).toBe('TripleGain – PAPER')
    expect(titleOf(shown({ mode: 'live', pendingDecisions: 3, coordinator: 'HALTED' }))).toBe(
      '(3) TripleGain – LIVE – HALTED',
    )
    expect(tooltipOf(shown({ pendingDecisions: 1 }))).toBe(
      'TripleGain: PAPER, simulated prices, running, 1 decision is waiting',
    )
    expect(tooltipOf(shown({ mode: 'live', isSimulated: false, coordinator: 'PAUSED' }))).toBe(
      'TripleGain: LIVE, paused',
    )
  })

  it('have an icon of three equal bars, another colour for each mode', () => {
    const icons = (['paper', 'live', 'replay'] as const).map(trayIcon)
    for (const icon of icons) {
      expect(icon).toHaveLength(ICON_SIZE * ICON_SIZE * 4)
      const alphas = [...icon].filter((_byte, index) => index % 4 === 3)
      expect(alphas.filter((alpha) => alpha === 255)).toHaveLength(3 * 4 * 12)
    }
    expect(new Set(icons.map((icon) => icon.toString('hex'))).size).toBe(3)
  })

  it('offer the window, the kill switch and the way out', () => {
    const clicked: string[] = []
    const menu = trayMenu('TripleGain – PAPER', {
      show: () => clicked.push('show'),
      kill: () => clicked.push('kill'),
      quit: () => clicked.push('quit'),
    })
    for (const item of menu) (item as { click?(): void }).click?.()
    expect([menu[0]?.label, menu[0]?.enabled, clicked]).toEqual(['TripleGain – PAPER', false, ['show', 'kill', 'quit']])
  })

  it.each([true, false])(
    'have the kill switch in the menu of the program too, once an engine runs (mac: %s)',
    (isMac) => {
      let killed = 0
      const menu = applicationMenu(isMac, () => {
        killed += 1
      })
      const trading = menu.find(({ label }) => label === 'T&rading')?.submenu as { click(): void }[]
      trading[0]?.click()
      expect(killed).toBe(1)
      expect(menu.map(({ role, label }) => role ?? label)).toContain('editMenu')
      expect(applicationMenu(isMac, null).map(({ label }) => label)).not.toContain('T&rading')
    },
  )
})

describe('quitting', () => {
  function quitting(close: () => Promise<void>, exitCode = 0, limitMs = 10_000) {
    let ask = (): void => {}
    let isHeld = false
    const exited = new Promise<number>((resolve) => {
      const app = {
        on(_event: 'will-quit', listener: (event: { preventDefault(): void }) => void) {
          ask = () => {
            listener({
              preventDefault() {
                isHeld = true
              },
            })
          }
        },
        exit: resolve,
      }
      closeBeforeQuit(app, close, () => exitCode, limitMs)
    })
    return { ask: () => ask(), exited, isHeld: () => isHeld }
  }

  it('waits for the engine, which is closed once however often it is asked', async () => {
    let closed = 0
    const { ask, exited, isHeld } = quitting(async () => {
      closed += 1
    }, 1)
    ask()
    ask()
    expect(isHeld()).toBe(true)
    expect(await exited).toBe(1)
    expect(closed).toBe(1)
  })

  it('does not wait for ever, and tells a failure by its exit code', async () => {
    const hanging = quitting(() => new Promise(() => {}), 0, 10)
    hanging.ask()
    expect(await hanging.exited).toBe(1)
    const failing = quitting(() => Promise.reject(new Error('disk full')))
    failing.ask()
    expect(await failing.exited).toBe(1)
  })
})

describe('the command line of the desktop app', () => {
  it('is what stands after the path while developing, and after the program once packaged', () => {
    expect(ownArguments(['/electron', '/p/out/main/index.js', '--market', 'kraken'], true)).toEqual([
      '--market',
      'kraken',
    ])
    expect(ownArguments(['/electron', '-r', 'loader.cjs', '--inspect=0', '.', '--seed', '1'], true)).toEqual([
      '--seed',
      '1',
    ])
    expect(ownArguments(['/Applications/TripleGain', '--help'], false)).toEqual(['--help'])
  })

  it("leaves out Chromium's own switches and keeps what is misspelt, so that it is refused", () => {
    const switches = [
      '--no-sandbox',
      '--remote-debugging-port=0',
      '--disable-gpu',
      '--enable-logging',
      '--lang=de',
      '-psn_0_1',
    ]
    expect(ownArguments(['/app', ...switches, '--data-dir', '/d', '--sped', '2'], false)).toEqual([
      '--data-dir',
      '/d',
      '--sped',
      '2',
    ])
  })
})
