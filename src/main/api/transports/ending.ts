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

/** An engine that can say what stays at the exchange without it; null when nothing does. */
export type RestingEngine = { restingOnQuit(): Promise<string | null> }

const ANSWER_LIMIT_MS = 2_000
const NOT_KNOWN = 'What rests at the exchange could not be found out. Look at your account there.'

/** What to say before the program ends; null when there is nothing to say. Comes in any case, and never late. */
export function restingText(engine: RestingEngine | null, limitMs = ANSWER_LIMIT_MS): Promise<string | null> {
  if (engine === null) return Promise.resolve(null)
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(NOT_KNOWN), limitMs)
    engine
      .restingOnQuit()
      .catch(() => NOT_KNOWN)
      .then((text) => {
        clearTimeout(late)
        resolve(text)
      })
  })
}
