import { create } from 'zustand'

type Question =
  | { readonly kind: 'add' | 'release' | 'lots' }
  | { readonly kind: 'classify'; readonly id: string; readonly sleeve: 'core' | 'hodl' }

export const usePortfolioQuestion = create<{ readonly open: Question | null }>()(() => ({ open: null }))

/** Opens a dialog of the Portfolio room, at once or when the room is drawn. */
export const ask = (open: Question): void => usePortfolioQuestion.setState({ open })
export const answered = (): void => usePortfolioQuestion.setState({ open: null })
