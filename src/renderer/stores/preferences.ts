import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Zone } from '../times.ts'

export type Theme = 'dark' | 'light'
export type HistoryRange = '6h' | '24h' | '7d' | 'all'

type Preferences = {
  readonly theme: Theme
  readonly zone: Zone
  readonly hidesAmounts: boolean
  /** Keys without a modifier can be switched off: they are in the way of those who speak to their machine. */
  readonly hasKeys: boolean
  readonly range: HistoryRange
  set(next: Partial<Omit<Preferences, 'set'>>): void
}

/** What the trader chose, kept on this machine. No truth about money is here. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'dark',
      zone: 'utc',
      hidesAmounts: false,
      hasKeys: true,
      range: '24h',
      set: (next) => set(next),
    }),
    { name: 'triplegain.preferences', version: 1 },
  ),
)

export const toggleTheme = (): void => {
  const { theme, set } = usePreferences.getState()
  set({ theme: theme === 'dark' ? 'light' : 'dark' })
}
export const toggleZone = (): void => {
  const { zone, set } = usePreferences.getState()
  set({ zone: zone === 'utc' ? 'local' : 'utc' })
}
export const toggleAmounts = (): void => {
  const { hidesAmounts, set } = usePreferences.getState()
  set({ hidesAmounts: !hidesAmounts })
}
export const toggleKeys = (): void => {
  const { hasKeys, set } = usePreferences.getState()
  set({ hasKeys: !hasKeys })
}
