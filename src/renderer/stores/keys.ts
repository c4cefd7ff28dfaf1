import { useEffect, useRef } from 'react'
import { usePreferences } from './preferences.ts'

export type KeyMap = Readonly<Record<string, () => void>>

/** Boxes to tick take no letters. */
const isTicking = (target: HTMLElement): boolean =>
  target instanceof HTMLInputElement && (target.type === 'checkbox' || target.type === 'radio')

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  !isTicking(target) &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Enter is theirs. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a, input, summary, [role="listbox"]') !== null

/** Single keys, as `KeyboardEvent.key` in lower case. Not while typing, not behind a dialog, not held down. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!usePreferences.getState().hasKeys || event.defaultPrevented || event.repeat) return
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return
      if (event.key === 'Enter' && isControl(event.target)) return
      const run = latest.current[event.key.toLowerCase()]
      if (run === undefined) return
      event.preventDefault()
      run()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
