import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Tick } from '../../src/main/domain/market.ts'
import type { ChildLine, LifeOrder } from './child-protocol.ts'

const FILE = fileURLToPath(new URL('./engine-child.ts', import.meta.url))

/** One process, from its making to its SIGKILL. */
export class Child {
  private readonly process: ChildProcess
  private readonly lines: ChildLine[] = []
  private wake: () => void = () => {}
  private errors = ''
  private hasEnded = false

  /** @param cache where compiled modules are kept, so that the next one starts sooner. */
  constructor(cache: string) {
    this.process = spawn(process.execPath, [FILE], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    })
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString()
    })
    this.process.stdin?.on('error', () => {}) // it was killed while it was written to
    createInterface({ input: this.process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as ChildLine)
      this.wake()
    })
    this.process.once('exit', () => {
      this.hasEnded = true
      this.wake()
    })
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  tell(message: LifeOrder | { readonly kind: 'ticks'; readonly ticks: readonly Tick[] }): void {
    if (!this.hasEnded) this.process.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  /** The next line; null when none comes within `ms`. @throws when it ended by itself. */
  async hear(ms: number): Promise<ChildLine | null> {
    const until = performance.now() + ms
    for (;;) {
      const line = this.lines.shift()
      if (line !== undefined) return line
      if (this.hasEnded) throw new Error(`the engine's process ended by itself:\n${this.errors}`)
      const left = until - performance.now()
      if (left <= 0) return null
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await ended
  }
}
