import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '../result.ts'
import { type CallName, calls, type EventName, type EventPayload, events, type Input, type Output } from './contract.ts'

/** One function per call: a missing one does not compile. */
export type Handlers = { [N in CallName]: (input: Input<N>) => Result<Output<N>> | Promise<Result<Output<N>>> }

/** How requests travel: Electron IPC, a WebSocket, or a direct call in tests. */
export type Transport = {
  request(name: string, input: unknown): Promise<unknown>
  subscribe(listener: (name: string, payload: unknown) => void): () => void
}

export type Client = {
  call<N extends CallName>(name: N, input: Input<N>): Promise<Result<Output<N>>>
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
}

const Reply = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
])

const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name)

/**
 * The engine's end: validates the input, finds the handler. Errors cross as values: `api/unknown-call`,
 * `api/invalid-input` (with the path and what was expected), or the handler's own. A handler that throws is a bug; it is
 * given to `onBug` and answered as `api/internal` without its text, which might hold anything.
 */
export function createDispatcher(handlers: Handlers, onBug: (name: string, error: unknown) => void) {
  return async (name: string, input: unknown): Promise<Result<unknown, Failure>> => {
    if (!isCallName(name))
      return fail('api/unknown-call', `There is no call named ${JSON.stringify(name).slice(0, 80)}.`)
    const parsed = calls[name].input.safeParse(input)
    if (!parsed.success) return fail('api/invalid-input', `${name}: ${z.prettifyError(parsed.error)}`)
    try {
      const handle = handlers[name] as (input: unknown) => Result<unknown> | Promise<Result<unknown>>
      return await handle(parsed.data)
    } catch (error) {
      onBug(name, error)
      return fail('api/internal', 'Something went wrong in the engine. Nothing more was done; details are in the log.')
    }
  }
}

/** The window's end: a typed client over any transport. An answer that does not fit the contract is an error value. */
export function createClient(transport: Transport): Client {
  return {
    async call<N extends CallName>(name: N, input: Input<N>): Promise<Result<Output<N>>> {
      const reply = Reply.safeParse(await transport.request(name, input))
      if (!reply.success) return fail('api/invalid-answer', `${name}: the engine's answer cannot be read.`)
      if (!reply.data.ok) return reply.data
      const output = calls[name].output.safeParse(reply.data.value)
      if (!output.success) return fail('api/invalid-answer', `${name}: ${z.prettifyError(output.error)}`)
      return ok(output.data as Output<N>)
    },
    on(name, listener) {
      return transport.subscribe((eventName, payload) => {
        if (eventName !== name) return
        const parsed = events[name].safeParse(payload)
        if (parsed.success) listener(parsed.data as EventPayload<typeof name>)
      })
    },
  }
}
