import * as Radix from '@radix-ui/react-dialog'
import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { ActionButton, Button, type Look } from './button.tsx'

type FrameProps = { title: string; description?: string; isWide?: boolean; onClose: () => void; children: ReactNode }

/** A window over the room: focus stays inside, Escape closes it and gives the focus back. */
export function Dialog({ title, description, isWide = false, onClose, children }: FrameProps) {
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={isWide ? 'dialog dialog-wide' : 'dialog'}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <Radix.Title className="dialog-title">{title}</Radix.Title>
          {description !== undefined && <Radix.Description className="dialog-text">{description}</Radix.Description>}
          {children}
          <Radix.Close className="dialog-close" aria-label="Close dialog">
            <X size={16} aria-hidden="true" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type ConfirmProps = {
  title: string
  description?: string
  confirm: string
  look?: Look
  /** A text the trader writes; sent along. */
  reason?: { label: string; initial: string }
  /** Must be typed before the button works, and why. */
  phrase?: { readonly word: string; readonly why: string }
  /** Something else stands in the way. */
  isBlocked?: boolean
  isWide?: boolean
  /** The dialog closes when this answers true. */
  onConfirm: (reason: string) => Promise<boolean>
  onClose: () => void
  children?: ReactNode
}

/** Says what will happen and asks once more. */
export function ConfirmDialog({ reason, phrase, isBlocked = false, onConfirm, ...props }: ConfirmProps) {
  const [text, setText] = useState(reason?.initial ?? '')
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const id = useId()
  const isTyped = phrase === undefined || typed === phrase.word
  const isReady = !isBlocked && isTyped && (reason === undefined || text.trim() !== '')

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (!isReady || isBusy) return
    setBusy(true)
    const isDone = await onConfirm(text.trim()).finally(() => setBusy(false))
    if (isDone) props.onClose()
  }

  return (
    <Dialog
      title={props.title}
      isWide={props.isWide ?? false}
      onClose={props.onClose}
      {...(props.description ? { description: props.description } : {})}
    >
      <form onSubmit={(event) => void submit(event)}>
        {props.children}
        {reason !== undefined && (
          <label className="field" htmlFor={`${id}-reason`}>
            <span>{reason.label}</span>
            <input
              id={`${id}-reason`}
              autoComplete="off"
              maxLength={500}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
        )}
        {phrase !== undefined && (
          <label className="field" htmlFor={`${id}-phrase`}>
            <span>
              {phrase.why} Type <strong>{phrase.word}</strong> to go on.
            </span>
            <input
              id={`${id}-phrase`}
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
        )}
        {/* Enter in a field does what the button does, however many fields there are. */}
        <input type="submit" hidden />
        <footer className="dialog-foot">
          <Button look="quiet" onClick={props.onClose}>
            Back
          </Button>
          <ActionButton
            look={props.look ?? 'primary'}
            isBusy={isBusy}
            disabled={!isReady}
            onClick={(event) => void submit(event)}
          >
            {props.confirm}
          </ActionButton>
        </footer>
      </form>
    </Dialog>
  )
}
