import { describe, expect, it } from 'vitest'
import { restingText } from '../../../../src/main/api/transports/ending.ts'

describe('what is said before the program ends', () => {
  it('is what the engine says rests at the exchange, and nothing where nothing does', async () => {
    expect(await restingText({ restingOnQuit: async () => 'One stop rests.' })).toBe('One stop rests.')
    expect(await restingText({ restingOnQuit: async () => null })).toBeNull()
    expect(await restingText(null)).toBeNull()
  })

  it('is a warning where the engine does not know or does not answer: never a silence that looks like nothing', async () => {
    const failing = restingText({ restingOnQuit: () => Promise.reject(new Error('no')) })
    const hanging = restingText({ restingOnQuit: () => new Promise(() => {}) }, 10)
    for (const said of await Promise.all([failing, hanging])) expect(said).toMatch(/could not be found out/)
  })
})
