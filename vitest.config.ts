import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['node_modules/**', 'test/ui/**', 'test/durability/**'],
    testTimeout: 60_000,
    setupFiles: ['test/support/fixed-seed.ts'],
    // All cores: many tests wait on a loopback socket, and nothing else needs the core that is left free otherwise.
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['src/main/domain/**'] },
  },
})
