import { whatRests } from '../../shared/contract/what-rests.ts'
import { useProjection } from './projection.ts'

/** Whether leaving deserves a question: something is open that nobody would look at. */
export function hasOpenThings(): boolean {
  const view = useProjection.getState().view
  return view !== null && whatRests(view.status.stopsRest).length > 0
}
