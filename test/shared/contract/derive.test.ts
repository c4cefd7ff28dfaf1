import { describe, expect, it } from 'vitest'
import { calls } from '../../../src/shared/contract/contract.ts'
import { createClient, createDispatcher, type Handlers, type Transport } from '../../../src/shared/contract/derive.ts'
import { CALL_NAMES } from '../../../src/shared/contract/names.ts'
import { fail, ok } from '../../../src/shared/result.ts'

const done = () => ok({ text: 'Done.' })
const handlersOf = (overrides: Partial<Handlers> = {}): Handlers =>
  ({ ...Object.fromEntries(CALL_NAMES.map((name) => [name, done])), ...overrides }) as Handlers

const DELTA = { seq: 1, changed: {} }

const NO_BUGS = (name: string, error: unknown): void => {
  throw new Error(`bug in ${name}: ${error}`)
}

describe('the engine’s end', () => {
  const approval = { id: 'prp_1', hash: 'a'.repeat(64), legs: null }

  it('gives the handler what was asked and gives back what it answers', async () => {
    const asked: unknown[] = []
    const dispatch = createDispatcher(
      handlersOf({
        'proposal.approve': async (input) => {
          asked.push(input)
          return ok({ text: 'Approved.' })
        },
      }),
      NO_BUGS,
    )
    expect(await dispatch('proposal.approve', approval)).toEqual({ ok: true, value: { text: 'Approved.' } })
    expect(asked).toEqual([approval])
  })

  it('knows a handler for every name of the contract', async () => {
    expect([...CALL_NAMES].sort()).toEqual(Object.keys(calls).sort())
  })

  it.each(['proposal.approveAll', 'toString', '__proto__', 'constructor', '', 'proposal.approve '])(
    'refuses a call named %j',
    async (name) => {
      const answer = await createDispatcher(handlersOf(), NO_BUGS)(name, approval)
      expect(answer.ok ? '' : answer.error.code).toBe('api/unknown-call')
    },
  )

  it('does not answer a made-up name at any length', async () => {
    const answer = await createDispatcher(handlersOf(), NO_BUGS)('x'.repeat(1_000_000), {})
    expect(answer.ok ? 0 : answer.error.message.length).toBeLessThan(200)
  })

  it.each([
    ['nothing', undefined],
    ['no hash', { id: 'prp_1' }],
    ['a number for a name', { ...approval, id: 1 }],
    ['more than was asked for', { ...approval, andAlso: 'this' }],
    ['a list', [approval]],
  ])('refuses an approval with %s, and calls nobody', async (_, input) => {
    let asked = 0
    const dispatch = createDispatcher(
      handlersOf({
        'proposal.approve': () => {
          asked++
          return done()
        },
      }),
      NO_BUGS,
    )
    const answer = await dispatch('proposal.approve', input)
    expect(answer.ok ? '' : answer.error.code).toBe('api/invalid-input')
    expect(asked).toBe(0)
  })

  it('says which part of an input is wrong', async () => {
    const answer = await createDispatcher(handlersOf(), NO_BUGS)('proposal.snooze', { id: 'prp_1', minutes: 0 })
    expect(answer.ok ? '' : answer.error.message).toMatch(/^proposal\.snooze: .*\n.*minutes/)
  })

  it('does not take blanks for a reason', async () => {
    const answer = await createDispatcher(handlersOf(), NO_BUGS)('stop.kill', { reason: '   ' })
    expect(answer.ok ? '' : answer.error.code).toBe('api/invalid-input')
  })

  it('hands on an expected failure as it is', async () => {
    const dispatch = createDispatcher(
      handlersOf({ 'proposal.approve': () => fail('proposal/expired', 'It has expired.') }),
      NO_BUGS,
    )
    expect(await dispatch('proposal.approve', approval)).toEqual({
      ok: false,
      error: { code: 'proposal/expired', message: 'It has expired.' },
    })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('key 0xSECRET in /home/trader')
      },
    ],
    ['rejects', () => Promise.reject(new Error('key 0xSECRET in /home/trader'))],
    [
      'throws a text',
      () => {
        throw 'key 0xSECRET'
      },
    ],
  ])('does not let the text of a handler that %s reach the window, and reports it as a bug', async (_, handler) => {
    const bugs: string[] = []
    const dispatch = createDispatcher(handlersOf({ 'portfolio.check': handler as never }), (name, error) =>
      bugs.push(`${name}: ${error}`),
    )
    const answer = await dispatch('portfolio.check', {})
    expect(answer.ok ? '' : answer.error.code).toBe('api/internal')
    expect(JSON.stringify(answer)).not.toContain('SECRET')
    expect(bugs).toHaveLength(1)
    expect(bugs[0]).toMatch(/^portfolio\.check: .*SECRET/)
  })
})

describe('the window’s end', () => {
  const answering = (reply: unknown): Transport => ({ request: async () => reply, subscribe: () => () => {} })

  it('hands on an answer of the contract, and drops what does not belong to it', async () => {
    const client = createClient(answering({ ok: true, value: { text: 'Done.', secret: 1 } }))
    expect(await client.call('portfolio.check', {})).toEqual({ ok: true, value: { text: 'Done.' } })
  })

  it('hands on a failure with its code', async () => {
    const failure = { ok: false, error: { code: 'proposal/expired', message: 'It has expired.' } }
    expect(await createClient(answering(failure)).call('portfolio.check', {})).toEqual(failure)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ok'],
    ['neither value nor error', { ok: true }],
    ['a failure without an error', { ok: false }],
    ['an error without a code', { ok: false, error: { message: 'no' } }],
    ['another value', { ok: true, value: { words: 'Done.' } }],
    ['a value of another kind', { ok: true, value: { text: 1 } }],
  ])('calls %s an answer that cannot be read', async (_, reply) => {
    const answer = await createClient(answering(reply)).call('portfolio.check', {})
    expect(answer.ok ? 'ok' : answer.error.code).toBe('api/invalid-answer')
  })

  it('sends name and input as they are', async () => {
    const sent: unknown[] = []
    const transport: Transport = {
      request: async (name, input) => {
        sent.push([name, input])
        return done()
      },
      subscribe: () => () => {},
    }
    await createClient(transport).call('order.cancel', { id: 'ord_1' })
    expect(sent).toEqual([['order.cancel', { id: 'ord_1' }]])
  })

  it('passes on only the event that was asked for and only when it can be read, until told to stop', () => {
    const listeners = new Set<(name: string, payload: unknown) => void>()
    const client = createClient({
      request: async () => undefined,
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    })
    const heard: unknown[] = []
    const stop = client.on('view.delta', (delta) => heard.push(delta))
    const push = (name: string, payload: unknown) => {
      for (const listener of listeners) listener(name, payload)
    }
    push('view.delta', { nonsense: true })
    push('view.other', DELTA)
    push('view.delta', DELTA)
    expect(heard).toEqual([DELTA])
    stop()
    push('view.delta', DELTA)
    expect(heard).toHaveLength(1)
  })

  it('and the engine’s understand each other', async () => {
    const dispatch = createDispatcher(handlersOf(), NO_BUGS)
    const client = createClient({ request: dispatch, subscribe: () => () => {} })
    expect(await client.call('coordinator.pause', { reason: 'holiday' })).toEqual(done())
    const refused = await client.call('coordinator.pause', { reason: '' })
    expect(refused.ok ? '' : refused.error.code).toBe('api/invalid-input')
  })
})
