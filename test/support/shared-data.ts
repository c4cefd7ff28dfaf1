import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url))

/** Real market data beside the checkout; tests that need it are skipped, loudly, where it is missing. */
export const hasSharedData = existsSync(join(SHARED, 'data', 'README.md'))
export const sharedFile = (...path: readonly string[]): string => join(SHARED, ...path)
if (!hasSharedData) console.warn('SKIPPED: ../shared/data is missing, so nothing is checked against real market data')
