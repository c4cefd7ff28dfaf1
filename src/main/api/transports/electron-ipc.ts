import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../../../shared/contract/names.ts'
import { fail } from '../../../shared/result.ts'
import type { EngineEnd } from './websocket-host.ts'

/** The parts of Electron that carry the contract: arguments, so that only the host imports it. */
export type IpcFrame = { readonly url: string; readonly parent: unknown }
type IpcMain = {
  handle(
    channel: string,
    listener: (event: { readonly senderFrame: IpcFrame | null }, name: unknown, input: unknown) => unknown,
  ): void
  removeHandler(channel: string): void
}
export type IpcWindow = { isDestroyed(): boolean; send(channel: string, name: string, payload: unknown): void }

export type IpcOptions = {
  readonly ipcMain: IpcMain
  readonly engine: EngineEnd
  readonly isTrusted: (url: string) => boolean
  /** Those open now. */
  readonly windows: () => readonly IpcWindow[]
}

/** The contract over Electron's IPC, for the top frame of our own page only. Answers values, never rejects. */
export function serveIpc({ ipcMain, engine, isTrusted, windows }: IpcOptions): () => void {
  ipcMain.handle(REQUEST_CHANNEL, async ({ senderFrame }, name, input) => {
    const isOurs = senderFrame !== null && senderFrame.parent === null && isTrusted(senderFrame.url)
    if (!isOurs) return fail('api/refused', 'Only the window itself may ask.')
    if (typeof name !== 'string') return fail('api/unknown-call', 'There is no such call.')
    try {
      return await engine.dispatch(name, input)
    } catch {
      return fail('api/internal', 'Something went wrong in the engine. Details are in its log.')
    }
  })
  const unsubscribe = engine.subscribe((name, payload) => {
    for (const window of windows()) if (!window.isDestroyed()) window.send(EVENT_CHANNEL, name, payload)
  })
  return () => {
    unsubscribe()
    ipcMain.removeHandler(REQUEST_CHANNEL)
  }
}
