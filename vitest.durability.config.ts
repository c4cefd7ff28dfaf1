import { defineConfig } from 'vitest/config'

/** Real processes that are killed: apart from the others, so that nothing else competes for the two cores. */
export default defineConfig({
  test: { include: ['test/durability/**/*.test.ts'], setupFiles: ['test/support/fixed-seed.ts'] },
})
