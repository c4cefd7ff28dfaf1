import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a kill leaves behind is in the kernel's hands: a folder in memory shows the same, and costs no disk flush. */
const IN_MEMORY = '/dev/shm'

export const makeScratch = (name: string): string =>
  mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), `triplegain-${name}-`))
