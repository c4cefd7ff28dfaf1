import type { Message, Topic } from '../bus/topics.ts'
import type { Llm } from '../ports.ts'
import type { DeskPorts } from './decision-desks.ts'
import type { Tape } from './tape.ts'

/**
 * The desks' ports with a tape in between.
 *
 * @param real asked only where the tape does not answer itself.
 * @param known what never depends on the moment: a hash, who may be asked in which order, and who is told of bugs.
 */
export function tapedPorts(
  tape: Tape,
  real: () => DeskPorts,
  known: Pick<DeskPorts, 'hash' | 'onBug'> & { readonly resolvers: readonly Llm['resolver'][] },
): DeskPorts {
  const read =
    <A extends readonly unknown[], R>(name: string, from: (ports: DeskPorts) => (...args: A) => R) =>
    (...args: A): R =>
      tape.read(name, args, () => from(real())(...args))
  const write =
    <A extends readonly unknown[]>(name: string, to: (ports: DeskPorts) => (...args: A) => void) =>
    (...args: A): void =>
      tape.write(name, args, () => to(real())(...args))
  const act =
    <A extends readonly unknown[]>(name: string, by: (ports: DeskPorts) => (...args: A) => void) =>
    (...args: A): void =>
      tape.act(name, args, () => void by(real())(...args))

  return {
    hash: known.hash,
    clock: {
      now: read(
        'clock.now',
        ({ clock }) =>
          () =>
            clock.now(),
      ),
      at: (time, task) => tape.later('timer', [time], task, (due) => real().clock.at(time, due)),
    },
    ids: {
      next: read(
        'ids.next',
        ({ ids }) =>
          (prefix) =>
            ids.next(prefix),
      ),
    },
    bus: {
      compose: (topic, payload, options) =>
        tape.act('bus.compose', [topic, payload, options], () => real().bus.compose(topic, payload, options)),
      // What is sent has been composed: its id says which one it is.
      send: <T extends Topic>(message: Message<T>) =>
        tape.act('bus.send', [message.id], () => real().bus.send(message)),
      publish: (topic, payload, options) =>
        tape.act('bus.publish', [topic, payload, options], () => real().bus.publish(topic, payload, options)),
      latest: <T extends Topic>(topic: T, key?: string) =>
        tape.read('bus.latest', [topic, key ?? null], () => real().bus.latest(topic, key)),
    },
    stores: {
      transact: (work) => tape.transact(work),
      afterCommit(work) {
        tape.later('commit', [], work, (due) => {
          real().stores.afterCommit(due)
          return () => {}
        })
      },
      messages: {
        record: (message) => tape.write('messages.record', [message.id], () => real().stores.messages.record(message)),
      },
      conflicts: {
        insert: write('conflicts.insert', ({ stores }) => stores.conflicts.insert),
        save: write('conflicts.save', ({ stores }) => stores.conflicts.save),
        get: read('conflicts.get', ({ stores }) => stores.conflicts.get),
        unapplied: read('conflicts.unapplied', ({ stores }) => stores.conflicts.unapplied),
        notCarriedOut: read('conflicts.notCarriedOut', ({ stores }) => stores.conflicts.notCarriedOut),
        noteCarriedOut: write('conflicts.noteCarriedOut', ({ stores }) => stores.conflicts.noteCarriedOut),
      },
      proposals: {
        insert: write('proposals.insert', ({ stores }) => stores.proposals.insert),
        withStatus: read('proposals.withStatus', ({ stores }) => stores.proposals.withStatus),
        get: read('proposals.get', ({ stores }) => stores.proposals.get),
        recent: read('proposals.recent', ({ stores }) => stores.proposals.recent),
        lastFinishedRebalanceAt: read(
          'proposals.lastFinishedRebalanceAt',
          ({ stores }) => stores.proposals.lastFinishedRebalanceAt,
        ),
        ofConflict: read('proposals.ofConflict', ({ stores }) => stores.proposals.ofConflict),
      },
      positions: { open: read('positions.open', ({ stores }) => stores.positions.open) },
      orders: { ofProposal: read('orders.ofProposal', ({ stores }) => stores.orders.ofProposal) },
      state: {
        get: read('state.get', ({ stores }) => stores.state.get),
        set: write('state.set', ({ stores }) => stores.state.set),
      },
      riskDecisions: { add: write('riskDecisions.add', ({ stores }) => stores.riskDecisions.add) },
    },
    llms: known.resolvers.map(
      (resolver, i): Llm => ({
        resolver,
        ask: (prompt, signal) =>
          tape.ask([resolver, known.hash(`${prompt.system}\n${prompt.user}`)], () => {
            const llm = real().llms[i]
            if (llm === undefined) throw new Error(`there is no model ${i}`)
            return llm.ask(prompt, signal)
          }),
      }),
    ),
    rules: read('rules', ({ rules }) => rules),
    account: {
      equity: read('account.equity', ({ account }) => account.equity),
      freeCoreQuote: read('account.freeCoreQuote', ({ account }) => account.freeCoreQuote),
      allocation: read('account.allocation', ({ account }) => account.allocation),
      bags: read('account.bags', ({ account }) => account.bags),
      freshPrice: read('account.freshPrice', ({ account }) => account.freshPrice),
      priceAt: read('account.priceAt', ({ account }) => account.priceAt),
    },
    breakers: {
      look: act(
        'breakers.look',
        ({ breakers }) =>
          () =>
            breakers.look(),
      ),
      verdict: read(
        'breakers.verdict',
        ({ breakers }) =>
          () =>
            breakers.verdict(),
      ),
    },
    isRunning: read('isRunning', ({ isRunning }) => isRunning),
    mayTrade: read('mayTrade', ({ mayTrade }) => mayTrade),
    mayAsk: read('mayAsk', ({ mayAsk }) => mayAsk),
    mayAskForStrategy: read('mayAskForStrategy', ({ mayAskForStrategy }) => mayAskForStrategy),
    regimeOf: read('regimeOf', ({ regimeOf }) => regimeOf),
    correlationOf: read('correlationOf', ({ correlationOf }) => correlationOf),
    moveStop: act('moveStop', ({ moveStop }) => moveStop),
    keepOnly: act('keepOnly', ({ keepOnly }) => keepOnly),
    core: {
      version: read('core.version', ({ core }) => core.version),
      amountOf: read('core.amountOf', ({ core }) => core.amountOf),
      freeOf: read('core.freeOf', ({ core }) => core.freeOf),
      bagOf: read('core.bagOf', ({ core }) => core.bagOf),
      flowOf: read('core.flowOf', ({ core }) => core.flowOf),
    },
    fresh: read('fresh', ({ fresh }) => fresh),
    previewGains: read('previewGains', ({ previewGains }) => previewGains),
    riskPerDay: read('riskPerDay', ({ riskPerDay }) => riskPerDay),
    heldBackBecause: read('heldBackBecause', ({ heldBackBecause }) => heldBackBecause),
    onBug: known.onBug,
    close: (position) => tape.act('close', [position.id], () => real().close(position)),
  }
}
