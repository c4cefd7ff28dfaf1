import { describe, expect, it } from 'vitest'
import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import { NewsDesk } from '../../../src/main/agents/news-desk.ts'
import type { NewsItem } from '../../../src/main/domain/headline.ts'
import type { NewsSource } from '../../../src/main/ports.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createFakeSource, newsItem, recordedSource } from './news-fakes.ts'

const START = epochMs(Date.UTC(2024, 2, 5))

function deskOf(...sources: readonly NewsSource[]) {
  const clock = createSimulatedClock(START)
  const refreshed: (readonly NewsItem[])[] = []
  const desk = new NewsDesk({
    clock,
    sources,
    refreshEveryMs: 15 * MINUTE,
    maxAgeMs: 48 * HOUR,
    async onRefreshed(known) {
      refreshed.push(known)
    },
  })
  return { clock, desk, refreshed }
}

describe('the news desk', () => {
  it('answers at once with what is known, while it asks', async () => {
    const source = createFakeSource()
    const { desk } = deskOf(source)
    desk.refreshIfDue()
    expect(desk.known(START)).toEqual([])
    expect(desk.problems()).toEqual(['paper has not answered yet.'])
    await source.answer([newsItem('up', START - 1)])
    expect(desk.known(START)).toHaveLength(1)
    expect(desk.problems()).toEqual([])
  })

  it('has no opinion left once no source could be read for two refreshes, and one again with the next answer', async () => {
    const [one, other] = [createFakeSource('one'), createFakeSource('other')]
    const { desk, clock } = deskOf(one, other)
    const refreshed = async (replies: readonly [readonly NewsItem[] | string, readonly NewsItem[] | string]) => {
      desk.refreshIfDue()
      await one.answer(replies[0])
      await other.answer(replies[1])
      const isUnreachable = desk.isUnreachable(clock.now())
      clock.advanceTo(epochMs(clock.now() + 15 * MINUTE))
      return isUnreachable
    }
    const up = [newsItem('up', START - 1)]
    expect(await refreshed([up, 'It is down.'])).toBe(false)
    expect(await refreshed(['It is down.', 'It is down.'])).toBe(false)
    expect(await refreshed(['It is down.', 'It is down.'])).toBe(false)
    expect(await refreshed(['It is down.', 'It is down.'])).toBe(true)
    expect(await refreshed(['It is down.', up])).toBe(false)
  })

  it('has what is recorded scored too, though nobody is asked for it', async () => {
    const { desk, refreshed } = deskOf(recordedSource('file', [newsItem('up', START - 1)]))
    desk.refreshIfDue()
    await desk.settled()
    expect(refreshed).toMatchObject([[{ text: 'up' }]])
  })

  it('asks again when the answers have grown old, and never twice at once', async () => {
    const source = createFakeSource()
    const { desk, clock } = deskOf(source)
    desk.refreshIfDue()
    desk.refreshIfDue()
    clock.advanceTo(epochMs(START + HOUR))
    desk.refreshIfDue()
    expect(source.asked()).toBe(1)
    await source.answer([])
    desk.refreshIfDue()
    expect(source.asked()).toBe(2)
    await source.answer([])
    clock.advanceTo(epochMs(START + HOUR + 15 * MINUTE - 1))
    desk.refreshIfDue()
    expect(source.asked()).toBe(2)
    clock.advanceTo(epochMs(START + HOUR + 15 * MINUTE))
    desk.refreshIfDue()
    expect(source.asked()).toBe(3)
  })

  it('says which source failed, and lets the others speak', async () => {
    const [bad, good] = [createFakeSource('bad'), createFakeSource('good')]
    const { desk } = deskOf(bad, good)
    desk.refreshIfDue()
    await bad.answer('bad cannot be reached (ECONNREFUSED): check its url and the network.')
    await good.answer([newsItem('up', START)])
    expect(desk.known(START)).toHaveLength(1)
    expect(desk.problems()).toEqual(['bad cannot be reached (ECONNREFUSED): check its url and the network.'])
  })

  it('survives a source that throws, until it works again', async () => {
    const source = createFakeSource()
    const { desk, clock } = deskOf(source)
    desk.refreshIfDue()
    await source.answer(new Error('stack too deep'))
    await desk.settled()
    expect(desk.problems()).toEqual(['paper could not be read: stack too deep'])
    clock.advanceTo(epochMs(START + HOUR))
    desk.refreshIfDue()
    await source.answer([newsItem('up', START)])
    expect(desk.problems()).toEqual([])
  })

  it('shows what is known to whoever scores it, once all have answered', async () => {
    const [one, other] = [createFakeSource('one'), createFakeSource('other')]
    const { desk, refreshed } = deskOf(one, other)
    desk.refreshIfDue()
    await one.answer([newsItem('up', START)])
    expect(refreshed).toEqual([])
    await other.answer('no')
    await desk.settled()
    expect(refreshed).toEqual([[newsItem('up', START)]])
  })

  it('reads recordings without asking, as far as they are published and not too old', () => {
    const { desk } = deskOf(
      recordedSource(
        'file',
        [-49, -48, -1, 1].map((hours) => newsItem(`${hours}`, START + hours * HOUR)),
      ),
    )
    desk.refreshIfDue()
    expect(desk.known(START).map(({ text }) => text)).toEqual(['-1'])
    expect(desk.problems()).toEqual([])
  })

  it('says when a recording has nothing for this time, and when there is no source at all', () => {
    const old = recordedSource('file', [newsItem('old', START - 100 * HOUR)])
    expect(deskOf(old).desk.problems()).toEqual(['file published nothing in the last 48 h.'])
    expect(deskOf().desk.problems()).toEqual(['No source of news is switched on.'])
  })

  it('gives up on what it asks when it is closed, and asks no more', async () => {
    const source = createFakeSource()
    const { desk, clock, refreshed } = deskOf(source)
    desk.refreshIfDue()
    desk.close()
    expect(source.signals[0]?.aborted).toBe(true)
    await source.answer('aborted')
    await desk.settled()
    clock.advanceTo(epochMs(START + HOUR))
    desk.refreshIfDue()
    expect([source.asked(), refreshed.length]).toEqual([1, 0])
  })
})
