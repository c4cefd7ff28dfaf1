import { defineConfig } from 'playwright/test'

/** Through the real engine, two files at a time: each test starts its own on its own data. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['./support/electron-note.ts']],
  outputDir: '../../test-results',
})
