import { type Failure, fail, ok, type Result } from '../../../shared/result.ts'
import { type LiveTerms, liveFiles } from './live-page.ts'
import type { EngineEnd } from './websocket-host.ts'
import { failureFiles, type WindowFiles } from './window-files.ts'

type Closeable = { close(): Promise<void> }

/** What a host shows: the window with its engine, or a page in their place. */
export type Scene<E extends EngineEnd = EngineEnd> = { readonly files: WindowFiles; readonly engine: E | null }

export type EngineStartOptions<E extends EngineEnd & Closeable> = {
  /** Fails with `live/not-confirmed` until it is given the phrase. */
  readonly create: (confirmLive: string | null) => Promise<Result<E>>
  readonly windowFiles: WindowFiles
  readonly live: LiveTerms
}

/** Starts the engine once; in live mode as often as something is typed, until it is the phrase. */
export class EngineStart<E extends EngineEnd & Closeable> {
  private readonly options: EngineStartOptions<E>
  private shown: Scene<E>
  private isWaiting = false
  private isClosed = false
  private attempt: Promise<Result<E>> | null = null
  private tell: (scene: Scene<E>) => void = () => {}

  constructor(options: EngineStartOptions<E>) {
    this.options = options
    this.shown = { files: options.windowFiles, engine: null }
  }

  scene(): Scene<E> {
    return this.shown
  }

  /** Told of every scene after the first. */
  onScene(tell: (scene: Scene<E>) => void): void {
    this.tell = tell
  }

  async begin(confirmLive: string | null): Promise<Result<E>> {
    const created = await this.create(confirmLive)
    this.enter(created)
    return created
  }

  /** Errors `live/not-confirmed`, `live/not-asked`, `live/starting`: what is shown has not changed. */
  async confirm(typed: string): Promise<Result<null>> {
    if (!this.isWaiting || this.isClosed)
      return fail('live/not-asked', 'Nothing waits for the phrase: load this page again.')
    if (this.attempt !== null) return fail('live/starting', 'The phrase is being looked at. One moment.')
    const created = await this.create(typed)
    if (!created.ok && isNotConfirmed(created.error)) return created
    if (this.isClosed) return fail('live/not-asked', 'TripleGain is closing.')
    this.enter(created)
    this.tell(this.shown)
    return ok(null)
  }

  /** Waits for what is being started, and closes it. */
  async close(): Promise<void> {
    this.isClosed = true
    const late = await this.attempt?.catch(() => null)
    await (this.shown.engine ?? (late?.ok ? late.value : null))?.close()
  }

  private async create(confirmLive: string | null): Promise<Result<E>> {
    this.attempt = this.options.create(confirmLive)
    try {
      return await this.attempt
    } finally {
      this.attempt = null
    }
  }

  private enter(created: Result<E>): void {
    this.isWaiting = !created.ok && isNotConfirmed(created.error)
    this.shown = created.ok
      ? { files: this.options.windowFiles, engine: created.value }
      : { files: this.isWaiting ? liveFiles(this.options.live) : failureFiles(created.error), engine: null }
  }
}

const isNotConfirmed = ({ code }: Failure): boolean => code === 'live/not-confirmed'
