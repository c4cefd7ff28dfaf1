import { describe, expect, it } from 'vitest'
import { Leaving } from '../../../src/main/desktop/leaving.ts'

type Listener = (event: { preventDefault(): void }) => void

/** As much of Electron as quits: `before-quit`, then every window's `close`, then it ends; any of them may hold it. */
class FakeDesktop {
  hasEnded = false
  readonly asked: string[] = []
  private readonly beforeQuit: Listener[] = []
  private readonly onClose: Listener[] = []
  private hasWindow = true
  readonly leaving: Leaving

  constructor(resting: () => Promise<string | null>, answer: () => Promise<boolean>, isMac = false) {
    this.leaving = new Leaving(this, {
      resting,
      ask: (text) => {
        this.asked.push(text)
        return answer()
      },
    })
    if (!isMac) this.leaving.keep({ on: (_event, listener) => this.onClose.push(listener) })
  }

  on(_event: 'before-quit', listener: Listener): void {
    this.beforeQuit.push(listener)
  }
  quit(): void {
    if (isHeld(this.beforeQuit)) return
    if (this.hasWindow && !this.closeWindow()) return
    this.hasEnded = true
  }
  closeWindow(): boolean {
    if (isHeld(this.onClose)) return false
    this.hasWindow = false
    return true
  }
}

function isHeld(listeners: readonly Listener[]): boolean {
  let held = false
  const event = {
    preventDefault() {
      held = true
    },
  }
  for (const listener of listeners) listener(event)
  return held
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const RESTS = '1 position stays open; its stop rests at the exchange.'

describe('leaving with orders open', () => {
  it('says what rests, and stays when the answer is no', async () => {
    const desktop = new FakeDesktop(
      async () => RESTS,
      async () => false,
    )
    desktop.quit()
    await settled()
    expect([desktop.asked, desktop.hasEnded]).toEqual([[RESTS], false])
    desktop.quit()
    await settled()
    expect(desktop.asked).toHaveLength(2)
  })

  it('goes when the answer is yes, and asks once', async () => {
    const desktop = new FakeDesktop(
      async () => RESTS,
      async () => true,
    )
    desktop.quit()
    await settled()
    expect([desktop.asked, desktop.hasEnded]).toEqual([[RESTS], true])
  })

  it('asks too when the last window is closed, which stays until there is an answer', async () => {
    let decide = (_isLeaving: boolean): void => {}
    const desktop = new FakeDesktop(
      async () => RESTS,
      () => new Promise((resolve) => (decide = resolve)),
    )
    expect(desktop.closeWindow()).toBe(false)
    await settled()
    expect([desktop.asked, desktop.hasEnded]).toEqual([[RESTS], false])
    decide(true)
    await settled()
    expect(desktop.hasEnded).toBe(true)
  })

  it('lets a window close where closing it does not end the program', () => {
    const desktop = new FakeDesktop(
      async () => RESTS,
      async () => false,
      true,
    )
    expect(desktop.closeWindow()).toBe(true)
    expect(desktop.asked).toEqual([])
  })

  it('puts one question however often leaving is asked for meanwhile', async () => {
    let decide = (_isLeaving: boolean): void => {}
    const desktop = new FakeDesktop(
      async () => RESTS,
      () => new Promise((resolve) => (decide = resolve)),
    )
    desktop.quit()
    desktop.closeWindow()
    await settled()
    desktop.quit()
    await settled()
    expect(desktop.asked).toHaveLength(1)
    decide(false)
    await settled()
    expect(desktop.hasEnded).toBe(false)
  })

  it('asks nothing when nothing rests', async () => {
    const desktop = new FakeDesktop(
      async () => null,
      async () => false,
    )
    desktop.closeWindow()
    await settled()
    expect([desktop.asked, desktop.hasEnded]).toEqual([[], true])
  })

  it('asks nobody where nobody can answer', () => {
    const desktop = new FakeDesktop(
      async () => RESTS,
      async () => false,
    )
    desktop.leaving.agree()
    desktop.quit()
    expect([desktop.asked, desktop.hasEnded]).toEqual([[], true])
  })
})
