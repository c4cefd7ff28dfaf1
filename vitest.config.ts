import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['node_modules/**', 'test/ui/**', 'test/durability/**'],
    testTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/main/domain/**'] },
  },
})
