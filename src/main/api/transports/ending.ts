const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const LOOK_EVERY_MS = 500

/**
 * Calls `end` once when this process is asked to end. A terminal's Ctrl-C may arrive twice, by itself and by way of
 * npm: the second changes nothing. npm's shell dies of a SIGTERM without passing it on; so, started by npm, being left
 * by the parent counts as asking, or an engine that nobody sees would hold the database.
 *
 * @param isUnderNpm `npm_lifecycle_event` is set.
 */
export function onEnding(isUnderNpm: boolean, end: (signal: NodeJS.Signals) => void): void {
  let isEnding = false
  const once = (signal: NodeJS.Signals): void => {
    if (isEnding) return
    isEnding = true
    end(signal)
  }
  for (const signal of SIGNALS) process.on(signal, once)
  if (!isUnderNpm) return
  const parent = process.ppid
  const looking = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(looking)
    once('SIGTERM')
  }, LOOK_EVERY_MS)
  looking.unref()
}
