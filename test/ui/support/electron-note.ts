import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Reporter } from 'playwright/types/testReporter'

const BINARY = fileURLToPath(new URL('../../../node_modules/electron/path.txt', import.meta.url))
export const hasElectron = existsSync(BINARY)

/** Says in the last lines whether the desktop app was tried: what did not run does not count as passed. */
export default class ElectronNote implements Reporter {
  onEnd(): void {
    if (!hasElectron) {
      console.log('NOT RUN: the same tests against Electron, because its binary is not installed here')
    }
  }
}
