import { contextBridge, ipcRenderer } from 'electron'
import { CALL_NAMES, EVENT_CHANNEL, EVENT_NAMES, REQUEST_CHANNEL } from '../shared/contract/names.ts'

/*
 * A doorman between window and engine: names of the contract pass, all else is turned away here, and nothing of Electron
 * is handed to the page. What is inside a request is checked by the engine.
 */
type Listener = (name: string, payload: unknown) => void

contextBridge.exposeInMainWorld('triplegain', {
  /** Answers the engine's reply, an expected failure included; never rejects. */
  async request(name: unknown, input: unknown): Promise<unknown> {
    if (typeof name !== 'string' || !CALL_NAMES.includes(name)) {
      return refusal('api/unknown-call', 'There is no such call.')
    }
    try {
      return await ipcRenderer.invoke(REQUEST_CHANNEL, name, input)
    } catch {
      return refusal('api/unreachable', 'The engine did not answer.')
    }
  },
  subscribe(listener: Listener): () => void {
    const onEvent = (_event: unknown, name: unknown, payload: unknown): void => {
      if (typeof name === 'string' && EVENT_NAMES.includes(name)) listener(name, payload)
    }
    ipcRenderer.on(EVENT_CHANNEL, onEvent)
    return () => {
      ipcRenderer.removeListener(EVENT_CHANNEL, onEvent)
    }
  },
})

function refusal(code: string, message: string) {
  return { ok: false, error: { code, message } }
}
