import type { StatusView } from '../../shared/contract/views.ts'

type Mode = StatusView['mode']

/** Blue, orange and grey can be told apart by everyone; the tooltip and the menu have the word. */
const COLOURS: Record<Mode, readonly [red: number, green: number, blue: number]> = {
  paper: [74, 144, 226],
  live: [240, 140, 30],
  replay: [150, 156, 166],
}
/** Three equal thirds, as columns of [first, last) pixels. */
const COLUMNS = [
  [1, 5],
  [6, 10],
  [11, 15],
] as const
export const ICON_SIZE = 16

/** Three bars of one height in the mode's colour, as BGRA bytes with alpha, row by row. */
export function trayIcon(mode: Mode): Buffer {
  const pixels = Buffer.alloc(ICON_SIZE * ICON_SIZE * 4)
  const [red, green, blue] = COLOURS[mode]
  for (let row = 2; row < ICON_SIZE - 2; row += 1) {
    for (const [first, last] of COLUMNS) {
      for (let column = first; column < last; column += 1) {
        pixels.set([blue, green, red, 255], (row * ICON_SIZE + column) * 4)
      }
    }
  }
  return pixels
}
