export type QuittingApp = {
  on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): unknown
  exit(code: number): void
}

/** What is saved is saved at once: after this nothing is worth waiting for. */
const CLOSE_LIMIT_MS = 10_000

/** Holds Electron back until the engine has closed, once, however often quitting is asked for. */
export function closeBeforeQuit(
  app: QuittingApp,
  close: () => Promise<void>,
  exitCode: () => number,
  limitMs = CLOSE_LIMIT_MS,
): void {
  let isClosing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (isClosing) return
    isClosing = true
    const late = setTimeout(() => app.exit(1), limitMs)
    close().then(
      () => {
        clearTimeout(late)
        app.exit(exitCode())
      },
      (error: unknown) => {
        console.error('desktop: the engine did not close', error)
        clearTimeout(late)
        app.exit(1)
      },
    )
  })
}
