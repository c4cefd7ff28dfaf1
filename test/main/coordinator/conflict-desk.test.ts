import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../../src/main/adapters/deepseek/deepseek.ts'
import type { Topics } from '../../../src/main/bus/topics.ts'
import { ConflictDesk } from '../../../src/main/coordinator/conflict-desk.ts'
import { type Conflict, resolve } from '../../../src/main/domain/conflict.ts'
import { openDatabase } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { Llm, Stores } from '../../../src/main/ports.ts'
import type { ConflictId, MessageId } from '../../../src/shared/ids.ts'
import { decimal } from '../../../src/shared/money.ts'
import * as replies from '../../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../../servers/llm/server.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { XRP_USDT } from '../../support/money-arbitraries.ts'
import { aFind, CORRELATION, NOON } from '../domain/conflict-case.ts'

const ROOT = join(import.meta.dirname, '../../..')
const TEMPLATE = readFileSync(join(ROOT, 'config/prompts/conflict.md'), 'utf8')
const KEY = 'sk-canary-7f3a9b1c5d2e8f60'
const DEADLINE = 300_000
const ASK_LIMIT = 30_000
const WAIT_AT_MOST = 4 * 3_600_000

type Announced = Topics['conflicts']

function openStores(): Stores {
  const opened = openDatabase(':memory:', { migrationsDir: join(ROOT, 'migrations'), now: NOON })
  if (!opened.ok) throw new Error(opened.error.message)
  return createStores(opened.value)
}

/** What is still there after a restart. */
type Outlasting = { readonly stores: Stores; readonly clock: ManualClock }

/** A desk over a real database, a clock moved by hand, and a bus that checks that what is announced was stored. */
function aDesk(options: { readonly llms?: readonly Llm[]; readonly from?: Outlasting } = {}) {
  const stores = options.from?.stores ?? openStores()
  const clock = options.from?.clock ?? createManualClock(NOON)
  const announced: Announced[] = []
  const waiting: { readonly kind: Announced['kind']; readonly tell: (conflict: Conflict) => void }[] = []
  const state: { mayAsk: boolean; isStill: boolean; heldUpBecause: string | null } = {
    mayAsk: true,
    isStill: true,
    heldUpBecause: null,
  }
  const carriedOut: ConflictId[] = []
  const alerts: string[] = []
  const bugs: string[] = []
  let ids = 0
  const desk: ConflictDesk = new ConflictDesk({
    clock,
    ids: { next: (prefix) => `${prefix}_${++ids}` },
    stores,
    bus: {
      compose: (topic, payload, { source, correlationId }) => ({
        ...{ id: `msg_${++ids}` as MessageId, topic, source, payload, priority: 'NORMAL', timestamp: clock.now() },
        ...{ correlationId: correlationId ?? null, causationId: null, ttlMs: Number.POSITIVE_INFINITY },
      }),
      send(message) {
        if (message.topic === 'risk_alerts') {
          alerts.push((message.payload as Topics['risk_alerts']).text)
          return message
        }
        const fact = message.payload as Announced
        expect(stores.conflicts.get(fact.conflict.id)).toEqual(fact.conflict)
        expect(message.correlationId).toBe(CORRELATION)
        announced.push(fact)
        for (const entry of waiting.splice(0)) {
          if (entry.kind === fact.kind) entry.tell(fact.conflict)
          else waiting.push(entry)
        }
        if (fact.kind === 'resolved') desk.carryOut(fact.conflict)
        return message
      },
    },
    llms: options.llms ?? [],
    onBug: (error) => bugs.push(String(error)),
    settings: { defaultAfterMs: DEADLINE, askTimeLimitMs: ASK_LIMIT, waitAtMostMs: WAIT_AT_MOST },
    isStill: () => state.isStill,
    heldUpBecause: () => state.heldUpBecause,
    carryOut: ({ id }) => carriedOut.push(id),
    promptTemplate: TEMPLATE,
    templateHash: 'a'.repeat(64),
    mayAsk: () => state.mayAsk,
  })
  return {
    desk,
    stores,
    clock,
    announced,
    carriedOut,
    alerts,
    bugs,
    state,
    open: () => desk.open(aFind()),
    kinds: () => announced.map(({ kind }) => kind),
    /** The next announcement of this kind. */
    next: (kind: Announced['kind']) => new Promise<Conflict>((tell) => waiting.push({ kind, tell })),
    stored: (id: ConflictId): Conflict => {
      const conflict = stores.conflicts.get(id)
      if (conflict === null) throw new Error(`${id} is gone`)
      return conflict
    },
  }
}

const PROCEED =
  '{"option": "proceed", "confidence": 0.9, "reasons": "The signal is strong.", "cites": [{"field": "first.confidence", "value": 0.724}]}'
const ABSTAIN = '{"option": "abstain", "confidence": 0.1, "reasons": "It could go either way.", "cites": []}'

describe('without a model', () => {
  it('a conflict waits for the trader until its deadline, then the default applies', () => {
    const w = aDesk()
    const conflict = w.open()
    expect(w.desk.pending()).toEqual([conflict])
    w.clock.advance(DEADLINE - 1)
    expect(w.desk.pending()).toHaveLength(1)
    w.clock.advance(1)
    expect(w.desk.pending()).toEqual([])
    expect(w.stored(conflict.id)).toMatchObject({
      attempts: [],
      resolution: { by: 'default', optionId: 'abort', confidence: null, at: NOON + DEADLINE },
    })
    expect(w.kinds()).toEqual(['detected', 'resolved'])
  })

  it('the trader decides, once, and the deadline then changes nothing', () => {
    const w = aDesk()
    const { id } = w.open()
    expect(w.desk.decide(id, 'double_size')).toMatchObject({ ok: false, error: { code: 'conflict/unknown-option' } })
    expect(w.desk.decide('cfl_none' as ConflictId, 'abort')).toMatchObject({ error: { code: 'conflict/unknown' } })
    expect(w.desk.decide(id, 'half_size')).toMatchObject({ ok: true, value: { resolution: { by: 'trader' } } })
    expect(w.desk.decide(id, 'wait')).toMatchObject({ ok: false, error: { code: 'conflict/already-resolved' } })
    expect(w.clock.waiting()).toBe(0)
    w.clock.advance(DEADLINE)
    expect(w.stored(id).resolution?.optionId).toBe('half_size')
    expect(w.kinds()).toEqual(['detected', 'resolved'])
  })
})

describe('a decision to wait', () => {
  const REGIME = 'regime_detection'
  const waiting = () => {
    const w = aDesk()
    const { id, symbol } = w.open()
    w.desk.decide(id, 'wait')
    expect(w.kinds()).toEqual(['detected', 'waiting'])
    return { w, id, symbol }
  }

  it('lasts until the one that is waited for speaks of that market, once: then the default applies', () => {
    const { w, id, symbol } = waiting()
    w.desk.onSpoken('sentiment', symbol)
    w.desk.onSpoken(REGIME, XRP_USDT)
    expect(w.kinds()).toEqual(['detected', 'waiting'])
    w.desk.onSpoken(REGIME, symbol)
    expect(w.stored(id).waited).toMatchObject({ optionId: 'abort', at: NOON })
    w.desk.onSpoken(REGIME, symbol)
    expect(w.kinds()).toEqual(['detected', 'waiting', 'resolved'])
    expect(w.desk.pending()).toEqual([])
    expect(w.clock.waiting()).toBe(0)
  })

  it('ends in what was signalled where they no longer disagree', () => {
    const { w, id, symbol } = waiting()
    w.state.isStill = false
    w.desk.onSpoken(REGIME, symbol)
    expect(w.stored(id).waited).toMatchObject({ optionId: 'proceed' })
  })

  it('ends by itself where nobody speaks, over a restart too', () => {
    const { w, id } = waiting()
    w.clock.advance(WAIT_AT_MOST - 10)
    w.desk.close()
    const next = aDesk({ from: w })
    next.desk.resume()
    expect(next.kinds()).toEqual([])
    next.clock.advance(10)
    expect(next.stored(id).waited?.optionId).toBe('abort')
    expect(next.kinds()).toEqual(['resolved'])
  })

  it('leaves the last word to the trader meanwhile', () => {
    const { w, id } = waiting()
    expect(w.desk.decide(id, 'half_size')).toMatchObject({ ok: true, value: { resolution: { optionId: 'half_size' } } })
    expect(w.kinds()).toEqual(['detected', 'waiting', 'resolved'])
    expect(w.clock.waiting()).toBe(0)
    expect(w.desk.decide(id, 'abort').ok).toBe(false)
  })
})

describe('with models', () => {
  it('says whom it asks, and lets the first usable answer decide', async () => {
    const deepseek = aModel('deepseek')
    const claude = aModel('claude')
    const w = aDesk({ llms: [deepseek.llm, claude.llm] })
    const { id } = w.open()
    expect(w.stored(id)).toMatchObject({ asking: 'deepseek', attempts: [{ resolver: 'deepseek', endedAt: null }] })
    w.clock.advance(4_000)
    deepseek.last().say(PROCEED)
    const resolved = await w.next('resolved')
    expect(resolved).toMatchObject({
      asking: null,
      attempts: [
        { endedAt: NOON + 4_000, outcome: 'chose proceed with confidence 0.90', model: 'deepseek-1', costUsd: '0.01' },
      ],
      resolution: { by: 'deepseek', optionId: 'proceed', confidence: 0.9, reasons: 'The signal is strong.' },
    })
    await settled()
    expect(claude.questions).toEqual([])
    expect(w.kinds()).toEqual(['detected', 'asking', 'resolved'])
    expect(w.clock.waiting()).toBe(0)
  })

  it('asks the next one when one abstains, and applies the default at once when all have', async () => {
    const models = [aModel('deepseek'), aModel('claude')] as const
    const w = aDesk({ llms: models.map(({ llm }) => llm) })
    const { id } = w.open()
    for (const model of models) {
      model.last().say(ABSTAIN)
      await settled()
    }
    expect(w.stored(id)).toMatchObject({
      attempts: [{ outcome: 'abstained: It could go either way.' }, { resolver: 'claude' }],
      resolution: { by: 'default', optionId: 'abort', reasons: 'No model gave a usable answer.', at: NOON },
    })
    expect(w.kinds()).toEqual(['detected', 'asking', 'asking', 'resolved'])
  })

  it('gives each question its own time, and moves on without waiting for a model that does not listen', async () => {
    const deepseek = aModel('deepseek')
    const claude = aModel('claude')
    const w = aDesk({ llms: [deepseek.llm, claude.llm] })
    const { id } = w.open()
    w.clock.advance(ASK_LIMIT)
    expect(deepseek.last().signal.aborted).toBe(true)
    await settled()
    expect(w.stored(id)).toMatchObject({ asking: 'claude', attempts: [{ endedAt: NOON + ASK_LIMIT }, {}] })
    expect(w.stored(id).attempts[0]?.outcome).toContain('llm/timeout')
    w.clock.advance(ASK_LIMIT - 1)
    claude.last().say(PROCEED)
    expect((await w.next('resolved')).resolution?.by).toBe('claude')
  })

  it('takes the trader’s word over an answer that is still on its way, and keeps that answer as an attempt', async () => {
    const deepseek = aModel('deepseek')
    const w = aDesk({ llms: [deepseek.llm, aModel('claude').llm] })
    const { id } = w.open()
    w.desk.decide(id, 'half_size')
    expect(w.stored(id)).toMatchObject({ asking: null, resolution: { by: 'trader', optionId: 'half_size' } })
    deepseek.last().say(PROCEED)
    await settled()
    expect(w.stored(id)).toMatchObject({
      asking: null,
      attempts: [{ outcome: 'too late: chose proceed with confidence 0.90', costUsd: '0.01' }],
      resolution: { by: 'trader', optionId: 'half_size' },
    })
    expect(w.kinds()).toEqual(['detected', 'asking', 'resolved'])
  })

  it('lets no answer decide after the deadline, even before the default has been applied', async () => {
    const deepseek = aModel('deepseek')
    const w = aDesk({ llms: [deepseek.llm] })
    const { id } = w.open()
    w.clock.advance(ASK_LIMIT - 1)
    deepseek.last().say(PROCEED)
    // The machine slept: its clock went on, its timers did not run.
    w.stores.conflicts.save({ ...w.stored(id), deadline: w.clock.now() })
    expect((await w.next('resolved')).resolution).toMatchObject({ by: 'default', optionId: 'abort' })
    expect(w.stored(id).attempts[0]?.outcome).toContain('too late')
  })

  it('survives a model that throws, and does not repeat what it threw', async () => {
    const broken: Llm = {
      resolver: 'deepseek',
      ask() {
        throw new Error(`Authorization: Bearer ${KEY}`)
      },
    }
    const w = aDesk({ llms: [broken] })
    const { id } = w.open()
    await settled()
    expect(w.stored(id).resolution?.by).toBe('default')
    expect(JSON.stringify(w.stored(id))).not.toContain('canary')
  })

  it('survives a database that fails while a question goes out, and says so', async () => {
    const w = aDesk({ llms: [aModel('deepseek').llm] })
    const save = w.stores.conflicts.save
    let isBroken = true
    Object.assign(w.stores.conflicts, {
      save(conflict: Conflict) {
        if (isBroken) throw new Error('the disk is full')
        save(conflict)
      },
    })
    const { id } = w.open()
    await settled()
    expect(w.bugs).toEqual([expect.stringContaining('the disk is full')])
    isBroken = false
    w.clock.advance(DEADLINE)
    expect(w.stored(id).resolution?.by).toBe('default')
  })

  it('asks nobody while halted: the trader or the deadline decides', async () => {
    const deepseek = aModel('deepseek')
    const claude = aModel('claude')
    const w = aDesk({ llms: [deepseek.llm, claude.llm] })
    w.state.mayAsk = false
    const { id } = w.open()
    expect(deepseek.questions).toEqual([])
    w.state.mayAsk = true
    w.desk.resume()
    w.state.mayAsk = false
    deepseek.last().say(ABSTAIN)
    await settled()
    expect(claude.questions).toEqual([])
    expect(w.stored(id)).toMatchObject({ asking: null, resolution: null })
    w.clock.advance(DEADLINE)
    expect(w.stored(id).resolution?.by).toBe('default')
  })
})

describe('across a restart', () => {
  it('a question that was out is asked again', async () => {
    const before = aDesk({ llms: [aModel('deepseek').llm] })
    const { id } = before.open()
    // No close: the power failed.
    const deepseek = aModel('deepseek')
    const w = aDesk({ llms: [deepseek.llm], from: before })
    w.clock.advance(1_000)
    w.desk.resume()
    w.desk.resume()
    expect(w.stored(id)).toMatchObject({ asking: 'deepseek', attempts: [{ endedAt: NOON + 1_000 }, { endedAt: null }] })
    expect(w.stored(id).attempts[0]?.outcome).toContain('interrupted')
    deepseek.last().say(PROCEED)
    expect((await w.next('resolved')).resolution?.by).toBe('deepseek')
    before.desk.close()
  })

  it('one whose deadline has passed meanwhile gets its default', () => {
    const before = aDesk()
    const { id } = before.open()
    before.desk.close()
    before.clock.advance(DEADLINE * 2)
    expect(before.stored(id).resolution).toBeNull()
    const w = aDesk({ from: before, llms: [aModel('deepseek').llm] })
    w.desk.resume()
    expect(w.stored(id)).toMatchObject({ attempts: [], resolution: { by: 'default', optionId: 'abort' } })
  })

  it('one that still has time keeps its deadline', () => {
    const before = aDesk()
    const { id } = before.open()
    before.desk.close()
    before.clock.advance(DEADLINE - 10)
    const w = aDesk({ from: before })
    w.desk.resume()
    expect(w.stored(id).resolution).toBeNull()
    w.clock.advance(10)
    expect(w.stored(id).resolution?.by).toBe('default')
  })

  /** The power failed right after the commit: nobody heard of it. */
  const decidedUnheard = (): { readonly before: ReturnType<typeof aDesk>; readonly id: ConflictId } => {
    const before = aDesk()
    const { id } = before.open()
    const resolved = resolve(before.stored(id), {
      ...{ by: 'trader', optionId: 'proceed', confidence: null, reasons: 'It looks good.', at: before.clock.now() },
    })
    if (!resolved.ok) throw new Error(resolved.error.message)
    before.stores.conflicts.save(resolved.value)
    before.desk.close()
    return { before, id }
  }

  it('one that was decided and not carried out is carried out, once', () => {
    const { before, id } = decidedUnheard()
    const w = aDesk({ from: before })
    w.desk.resume()
    w.desk.resume()
    expect(w.carriedOut).toEqual([id])
    expect([w.kinds(), w.alerts]).toEqual([[], []])
  })

  it('one that was decided too long ago is dropped, and that is said', () => {
    const { before } = decidedUnheard()
    before.clock.advance(DEADLINE + 1)
    const w = aDesk({ from: before })
    w.desk.resume()
    w.desk.resume()
    expect(w.carriedOut).toEqual([])
    expect(w.alerts).toEqual([expect.stringContaining('is too old now')])
  })

  it('closing gives up on what is asked, leaves no timer, and touches nothing afterwards', async () => {
    const deepseek = aModel('deepseek')
    const w = aDesk({ llms: [deepseek.llm] })
    const { id } = w.open()
    w.desk.close()
    expect(deepseek.last().signal.aborted).toBe(true)
    const closed = w.stored(id)
    expect(closed).toMatchObject({ asking: null, attempts: [{ endedAt: NOON }], resolution: null })
    deepseek.last().say(PROCEED)
    await settled()
    expect(w.clock.waiting()).toBe(0)
    expect(w.stored(id)).toEqual(closed)
  })
})

describe('with the real libraries', () => {
  let server: LlmServer
  beforeEach(async () => {
    server = await startLlmServer()
  })
  afterEach(() => server.close())

  const providers = (timeLimitMs = 5_000): Llm[] => {
    const terms = {
      apiKey: KEY,
      baseUrl: server.url,
      model: 'asked-for',
      timeLimitMs,
      maxOutputTokens: 900,
      usdPerMillionInput: decimal('0.3'),
      usdPerMillionOutput: decimal('1'),
    }
    return [createDeepSeek(terms), createClaude(terms)]
  }
  const decided = async (world: ReturnType<typeof aDesk>): Promise<Conflict> => {
    const resolved = world.next('resolved')
    world.open()
    const conflict = await resolved
    await settled()
    expect(JSON.stringify([conflict, world.announced])).not.toContain('canary')
    return conflict
  }
  const outcomes = (conflict: Conflict): string[] =>
    conflict.attempts.map(({ resolver, outcome }) => `${resolver} ${outcome}`)

  it('a right answer from DeepSeek decides, with the model that answered and its price', async () => {
    server.script('deepseek', replies.right())
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(conflict.resolution).toMatchObject({ by: 'deepseek', optionId: 'half_size', confidence: 0.7 })
    expect(conflict.attempts).toMatchObject([
      { outcome: 'chose half_size with confidence 0.70', model: 'deepseek-flash-0923', costUsd: '0.0005' },
    ])
    expect(server.requests[0]?.prompt).toContain('44492.75')
  })

  it.each([
    ['blank', replies.blank, 'llm/blank'],
    ['in prose', replies.inProse, 'answer/not-json'],
    ['malformed', replies.malformed, 'answer/not-json'],
    ['cut off', replies.cutOff, 'llm/bad-answer'],
    ['no listed option', replies.unknownOption, 'answer/unknown-option'],
    ['full of invented numbers', replies.inventedNumbers, 'answer/ungrounded'],
  ])('an answer that is %s is asked for once more with its error, then Claude decides', async (_, reply, code) => {
    server.script('deepseek', reply(), reply())
    server.script('claude', replies.right({ option: 'abort' }))
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(conflict.resolution).toMatchObject({ by: 'claude', optionId: 'abort' })
    expect(conflict.attempts.map(({ resolver }) => resolver)).toEqual(['deepseek', 'deepseek', 'claude'])
    expect(outcomes(conflict)[1]).toContain(code)
    expect(conflict.attempts[2]?.model).toBe('claude-sonnet-5-5-20260115')
    expect(server.requests[0]?.prompt).not.toContain('<problem>\n"')
    expect(server.requests[1]?.prompt).toContain('<problem>\n"')
  })

  it.each([
    ['blank', replies.blank, 'llm/blank'],
    ['malformed', replies.malformed, 'answer/not-json'],
    ['no listed option', replies.unknownOption, 'answer/unknown-option'],
  ])('when Claude’s is %s too, its one retry may still decide', async (_, reply, code) => {
    server.script('deepseek', replies.status(500, 'sorry'))
    server.script('claude', reply(), replies.fencedRight({ option: 'proceed' }))
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(outcomes(conflict)[1]).toContain(code)
    expect(conflict.resolution).toMatchObject({ by: 'claude', optionId: 'proceed' })
  })

  it.each([
    ['answers 500', () => replies.status(500, 'sorry'), 'llm/unavailable'],
    ['answers 429', () => replies.rateLimited(30), 'llm/rate-limited'],
    ['declines', replies.declined, 'llm/declined'],
    ['breaks the connection', replies.resets, 'llm/unavailable'],
    ['quotes the key in its refusal', () => replies.echoesHeaders(400), 'llm/refused'],
  ])('a provider that %s is not asked again', async (_, reply, code) => {
    server.script('deepseek', reply())
    server.script('claude', reply())
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(conflict.resolution).toMatchObject({ by: 'default', optionId: 'abort' })
    expect(conflict.attempts.map(({ resolver }) => resolver)).toEqual(['deepseek', 'claude'])
    for (const outcome of outcomes(conflict)) expect(outcome).toContain(code)
  })

  it('a provider that hangs and one that is slow are both given up on, and nothing is traded', async () => {
    server.script('deepseek', replies.hangs())
    server.script('claude', replies.slow(10_000, replies.right({ option: 'proceed' })))
    const conflict = await decided(aDesk({ llms: providers(80) }))
    expect(conflict.resolution).toMatchObject({ by: 'default', optionId: 'abort' })
    for (const outcome of outcomes(conflict)) expect(outcome).toContain('llm/timeout')
  })

  it.each(['deepseek', 'claude'] as const)('a slow answer of %s within its time decides', async (resolver) => {
    if (resolver === 'claude') server.script('deepseek', replies.status(500, 'sorry'))
    server.script(resolver, replies.slow(60, replies.right()))
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(conflict.resolution?.by).toBe(resolver)
  })

  it('the trader decides while a model is slow, and the answer is kept when it comes', async () => {
    const world = aDesk({ llms: providers() })
    server.script('deepseek', replies.slow(40, replies.right({ option: 'proceed' })))
    const { id } = world.open()
    await server.asked(1)
    expect(world.desk.decide(id, 'abort').ok).toBe(true)
    while (world.stored(id).attempts[0]?.endedAt === null) await new Promise((later) => setTimeout(later, 10))
    expect(world.stored(id)).toMatchObject({
      resolution: { by: 'trader', optionId: 'abort' },
      attempts: [{ outcome: 'too late: chose proceed with confidence 0.70', costUsd: '0.0005' }],
    })
    expect(server.requests).toHaveLength(1)
  })

  it('an answer that repeats the key is stored without it', async () => {
    server.script('deepseek', replies.repeatsKey({ option: 'abort' }))
    const conflict = await decided(aDesk({ llms: providers() }))
    expect(conflict.resolution).toMatchObject({ optionId: 'abort', reasons: 'I was sent [key]' })
  })
})
