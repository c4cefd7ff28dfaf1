type Preventable = { preventDefault(): void }
/** The parts of Electron's app and window that say that somebody wants to leave. */
export type LeavingApp = {
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown
  quit(): void
}
export type LeavingWindow = { on(event: 'close', listener: (event: Preventable) => void): unknown }

export type LeavingOptions = {
  /** What stays at the exchange; null when nothing does. */
  readonly resting: () => Promise<string | null>
  /** Whether the person who wants to leave still wants to. */
  readonly ask: (resting: string) => Promise<boolean>
}

/** Before the program ends with orders open, a person is told what rests and what protects it, and may stay. */
export class Leaving {
  private readonly app: LeavingApp
  private readonly options: LeavingOptions
  private isAgreed = false
  private isAsking = false

  constructor(app: LeavingApp, options: LeavingOptions) {
    this.app = app
    this.options = options
    app.on('before-quit', (event) => {
      if (this.isAgreed) return
      event.preventDefault()
      this.find().catch((error: unknown) => console.error('desktop: the question before leaving cannot be put', error))
    })
  }

  /** For a window whose closing ends the program: it stays until that is agreed. */
  keep(window: LeavingWindow): void {
    window.on('close', (event) => {
      if (this.isAgreed) return
      event.preventDefault()
      this.app.quit()
    })
  }

  /** From now on nobody is asked: the machine shuts down, or the one who ends the program cannot see a question. */
  agree(): void {
    this.isAgreed = true
  }

  private async find(): Promise<void> {
    if (this.isAsking) return
    this.isAsking = true
    try {
      const resting = await this.options.resting()
      // Agreed to meanwhile: somebody else has asked it to quit by now.
      this.isAgreed ||= resting === null || (await this.options.ask(resting))
    } finally {
      this.isAsking = false
    }
    if (this.isAgreed) this.app.quit()
  }
}
