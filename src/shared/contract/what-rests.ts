import type { RestsView } from './views.ts'

const count = (n: number, one: string): string => (n === 1 ? `1 ${one}` : `${n} ${one}s`)

/** What stays behind when the program ends now, a sentence each; [] when nothing does. */
export function whatRests({ entryOrders, protectedPositions, unprotectedPositions }: RestsView): readonly string[] {
  const sentences: string[] = []
  if (unprotectedPositions > 0) {
    const are = unprotectedPositions === 1 ? 'has' : 'have'
    sentences.push(
      `${count(unprotectedPositions, 'position')} ${are} no stop at the exchange: nobody will watch while TripleGain is off.`,
    )
  }
  if (protectedPositions > 0) {
    const are = protectedPositions === 1 ? 'stays open; its stop rests' : 'stay open; their stops rest'
    sentences.push(
      `${count(protectedPositions, 'position')} ${are} at the exchange. Targets are not watched while TripleGain is off.`,
    )
  }
  if (entryOrders > 0) {
    const are = entryOrders === 1 ? 'stays and may fill' : 'stay and may fill'
    sentences.push(
      `${count(entryOrders, 'entry order')} ${are} while TripleGain is off; a position that opens so has no stop until it runs again.`,
    )
  }
  return sentences
}

/** Asked before the program ends; null when nothing is open and there is nothing to ask. */
export function leavingQuestion(rests: RestsView): { readonly title: string; readonly detail: string } | null {
  const sentences = whatRests(rests)
  if (sentences.length === 0) return null
  const isBare = rests.unprotectedPositions > 0
  return {
    title: isBare ? 'Quit with a position that nothing protects?' : 'Quit with orders open?',
    detail: [...sentences, 'Bags are not touched. Start TripleGain again to take over where it was left.'].join('\n'),
  }
}
