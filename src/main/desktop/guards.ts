import { isWindowUrl, SCHEME } from './window-protocol.ts'

/** The parts of Electron's session and web contents that are closed here. */
export type GuardedSession = {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (isGranted: boolean) => void) => void,
  ): void
  setPermissionCheckHandler(handler: () => boolean): void
  setDevicePermissionHandler(handler: () => boolean): void
  readonly webRequest: {
    onBeforeRequest(listener: (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void): void
  }
}
type Preventable = { preventDefault(): void }
export type GuardedContents = {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void
  on(event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect', listener: (event: Preventable) => void): unknown
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown
}

/** No camera, no notifications from the page, no devices; and no request leaves the window for anywhere else. */
export function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isAllowed(url) }))
}

/** One page, for good: no other windows, no leaving it, no pages within it. Links are not opened elsewhere either. */
export function guardContents(contents: GuardedContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  const stay = (event: Preventable): void => event.preventDefault()
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', stay)
}

/** What the page made itself (a file to save, a picture) has no address outside. */
const isAllowed = (url: string): boolean =>
  isWindowUrl(url) || url.startsWith(`blob:${SCHEME}://app`) || /^(data|devtools):/.test(url)
