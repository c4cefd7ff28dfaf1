import pino from 'pino'
import type { Log } from '../../ports.ts'

/** One JSON line per event on standard error. Callers never hand it a key, a header or a body. */
export function createLog(): Log {
  const logger = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  return {
    info: (text) => logger.info(text),
    error: (text, error) => {
      const reason = error instanceof Error ? { error: error.stack ?? error.message } : {}
      logger.error(reason, text)
    },
  }
}
