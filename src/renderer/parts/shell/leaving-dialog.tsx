import { whatRests } from '../../../shared/contract/what-rests.ts'
import { closeOverlay } from '../../stores/overlays.ts'
import { useView } from '../../stores/projection.ts'
import { Dialog } from '../dialog.tsx'

/** What stays behind when TripleGain ends now: to be read before, not after. */
export function LeavingDialog() {
  const rests = useView((view) => view.status.stopsRest)
  const sentences = whatRests(rests)
  return (
    <Dialog
      title="If TripleGain ended now"
      description={
        sentences.length === 0
          ? 'Nothing would stay open: no order works and no position is held.'
          : 'This would stay, and nobody would look after it:'
      }
      onClose={closeOverlay}
    >
      {sentences.length > 0 && (
        <ul className="stays-open">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
