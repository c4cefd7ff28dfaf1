import { describe, expect, it } from 'vitest'
import { guardContents, guardSession } from '../../../src/main/desktop/guards.ts'

describe('the session', () => {
  function guarded() {
    const answers: boolean[] = []
    const checks: boolean[] = []
    let isCancelled: (url: string) => boolean | null = () => null
    guardSession({
      setPermissionRequestHandler(handler) {
        for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read']) {
          handler(null, permission, (isGranted) => void answers.push(isGranted))
        }
      },
      setPermissionCheckHandler: (handler) => void checks.push(handler()),
      setDevicePermissionHandler: (handler) => void checks.push(handler()),
      webRequest: {
        onBeforeRequest(listener) {
          isCancelled = (url) => {
            let cancelled: boolean | null = null
            listener({ url }, ({ cancel }) => {
              cancelled = cancel
            })
            return cancelled
          }
        },
      },
    })
    return { answers, checks, isCancelled }
  }

  it('grants no permission at all', () => {
    const { answers, checks } = guarded()
    expect(answers).toEqual([false, false, false, false, false])
    expect(checks).toEqual([false, false])
  })

  it.each([
    ['triplegain://app/assets/a.js', false],
    ['blob:triplegain://app/1b2c', false],
    ['data:image/png;base64,AA', false],
    ['https://evil.example/pixel.png', true],
    ['http://127.0.0.1:1234/', true],
    ['wss://ws.kraken.com/', true],
    ['file:///etc/hostname', true],
    ['blob:https://evil.example/1', true],
  ])('sends nothing out of the window: %s, stopped: %s', (url, isStopped) => {
    expect(guarded().isCancelled(url)).toBe(isStopped)
  })
})

describe('the page', () => {
  it('opens no other window, goes nowhere, and takes no other page in', () => {
    const prevented: string[] = []
    let opening: unknown = null
    guardContents({
      setWindowOpenHandler(handler) {
        opening = handler()
      },
      on(event: string, listener: (event: { preventDefault(): void }) => void) {
        listener({ preventDefault: () => void prevented.push(event) })
      },
    })
    expect(opening).toEqual({ action: 'deny' })
    expect(prevented.sort()).toEqual(['will-attach-webview', 'will-frame-navigate', 'will-navigate', 'will-redirect'])
  })
})
