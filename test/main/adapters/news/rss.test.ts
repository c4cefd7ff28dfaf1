import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeed } from '../../../../src/main/adapters/news/rss.ts'
import { epochMs, HOUR } from '../../../../src/shared/time.ts'
import {
  atom,
  body,
  cutOff,
  hangs,
  html,
  large,
  type NewsReply,
  type NewsServer,
  redirect,
  resets,
  rss,
  stalls,
  startNewsServer,
  status,
} from '../../../servers/news/server.ts'

const WORDS = { BTC: ['btc', 'bitcoin'], XRP: ['xrp', 'ripple'] }
const NOON = epochMs(Date.UTC(2024, 2, 5, 12))
const RALLY = { title: 'Bitcoin & Ripple rally <b>hard</b>', date: 'Tue, 05 Mar 2024 11:00:00 GMT' }
const LATER = { title: 'XRP slips', date: 'Tue, 05 Mar 2024 13:30:00 +0100' }
const NEVER = new AbortController().signal

let server: NewsServer
beforeAll(async () => {
  server = await startNewsServer()
})
afterAll(() => server.close())

const feedAt = (path: string, timeLimitMs = 5_000) =>
  createFeed({ name: 'paper', url: `${server.url}${path}`, timeLimitMs, assetWords: WORDS })

async function ask(reply: NewsReply, timeLimitMs?: number) {
  server.script('/feed', reply)
  const feed = feedAt('/feed', timeLimitMs)
  const answer = await feed.refresh?.(NOON, NEVER)
  return { feed, answer }
}

describe('a feed', () => {
  it.each([
    ['RSS', rss(RALLY, LATER)],
    [
      'Atom',
      atom({ title: RALLY.title, date: '2024-03-05T11:00:00Z' }, { title: LATER.title, date: '2024-03-05T12:30:00Z' }),
    ],
    [
      'RSS 1.0',
      '<rdf:RDF xmlns:rdf="r" xmlns:dc="d"><item><title>Bitcoin &#38; Ripple rally hard</title><dc:date>2024-03-05T11:00:00+00:00</dc:date></item></rdf:RDF>',
    ],
  ])(
    'is read as %s: headlines as plain text, with when they were published and what they are about',
    async (_, text) => {
      const { feed, answer } = await ask(body(text))
      expect(answer).toEqual({ ok: true, value: null })
      expect(feed.problem()).toBeNull()
      expect(feed.known(epochMs(0), NOON)).toEqual([
        { source: 'paper', text: 'Bitcoin & Ripple rally hard', at: NOON - HOUR, value: null, assets: ['BTC', 'XRP'] },
      ])
    },
  )

  it('does not know at noon what is published half an hour later, though it has read it', async () => {
    const { feed } = await ask(body(rss(RALLY, LATER)))
    expect(feed.known(epochMs(0), NOON).map(({ text }) => text)).toEqual(['Bitcoin & Ripple rally hard'])
    expect(feed.known(NOON, epochMs(NOON + HOUR)).map(({ text }) => text)).toEqual(['XRP slips'])
  })

  it('leaves out what has no date, no time zone, or no title', async () => {
    const { feed } = await ask(
      body(
        rss(
          { title: 'undated', date: '' },
          { title: 'somewhere', date: 'Tue, 05 Mar 2024 11:00:00' },
          { title: ' ', date: RALLY.date },
          RALLY,
        ),
      ),
    )
    expect(feed.known(epochMs(0), NOON)).toHaveLength(1)
  })

  it('takes control characters, bidirectional overrides and escaped markup out of headlines', async () => {
    const title = 'Bit\u200bcoin\u0007 \u202ecrashes\u202c &amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; now'
    const { feed } = await ask(
      body(`<rss><channel><item><title>${title}</title><pubDate>${RALLY.date}</pubDate></item></channel></rss>`),
    )
    expect(feed.known(epochMs(0), NOON)[0]?.text).toBe('Bitcoin crashes now')
  })

  it('is read in the encoding that it names, in its header or in itself', async () => {
    const latin = Buffer.from(
      rss({ title: 'Société Générale buys Bitcoin', date: RALLY.date }).replace('UTF-8', 'iso-8859-1'),
      'latin1',
    )
    const byDeclaration = await ask(body(latin, 'application/xml'))
    const byHeader = await ask(body(latin, 'text/xml; charset=ISO-8859-1'))
    for (const { feed } of [byDeclaration, byHeader])
      expect(feed.known(epochMs(0), NOON)[0]?.text).toBe('Société Générale buys Bitcoin')
  })

  it('follows redirects, but not without end and to nothing but the web', async () => {
    server.script('/there', body(rss(RALLY)))
    expect((await ask(redirect(`${server.url}/there`))).answer).toMatchObject({ ok: true })
    expect((await ask(redirect('/there', 301))).answer).toMatchObject({ ok: true })
    expect((await ask(redirect('/feed'))).answer).toMatchObject({ ok: false, error: { code: 'news/redirected' } })
    expect(server.requests.slice(-4)).toEqual(['/feed', '/feed', '/feed', '/feed'])
    for (const elsewhere of ['file:///etc/passwd', 'data:text/xml,<rss/>', 'ftp://127.0.0.1/feed', 'http://', ''])
      expect((await ask(redirect(elsewhere))).answer).toMatchObject({ ok: false })
  })

  it('asks no more than its address when it says nothing but http', async () => {
    const feed = createFeed({ name: 'paper', url: 'file:///etc/passwd', timeLimitMs: 1_000, assetWords: WORDS })
    expect(await feed.refresh?.(NOON, NEVER)).toMatchObject({ ok: false, error: { code: 'news/redirected' } })
  })

  const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
    <rss><channel><item><title>&c;&c;&c;</title><pubDate>${RALLY.date}</pubDate></item></channel></rss>`
  it.each<[string, NewsReply, string]>([
    ['an error of the server', status(500), 'news/unavailable'],
    ['too many requests', status(429, { 'retry-after': '60' }), 'news/rate-limited'],
    ['a page that is not there', status(404), 'news/refused'],
    ['nothing new, though nobody asked for what is new', status(304), 'news/refused'],
    ['a page of HTML', html(), 'news/bad-answer'],
    ['JSON', body('{"items": []}', 'application/json'), 'news/bad-answer'],
    ['nothing', body(''), 'news/bad-answer'],
    ['other XML', body('<opml><body/></opml>'), 'news/bad-answer'],
    ['broken XML', body(rss(RALLY).replace('</channel>', '')), 'news/bad-answer'],
    ['XML cut off where it says it ends', body(rss(RALLY).slice(0, -40)), 'news/bad-answer'],
    ['an entity that expands without end', body(bomb), 'news/bad-answer'],
    [
      'a file of this machine as an entity',
      body(
        '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item></channel></rss>',
      ),
      'news/bad-answer',
    ],
    ['elements in elements without end', body(`<rss>${'<a>'.repeat(100_000)}`), 'news/bad-answer'],
    ['an empty feed', body(rss()), 'news/empty'],
    ['a feed without dates', body(rss({ title: 'undated', date: '' })), 'news/empty'],
    ['10 MB', large(Buffer.alloc(10_000_000, ' ')), 'news/too-large'],
    [
      '10 MB packed into 10 KB',
      large(gzipSync(Buffer.alloc(10_000_000, ' ')), { 'content-encoding': 'gzip' }),
      'news/too-large',
    ],
    [
      'bytes in another encoding than it says',
      body(Buffer.from(rss(RALLY).replace('rally', 'raffiné'), 'latin1')),
      'news/bad-encoding',
    ],
    ['an encoding that nobody knows', body(rss(RALLY), 'text/xml; charset=klingon'), 'news/bad-encoding'],
    ['a body that ends too early', cutOff(rss(RALLY)), 'news/unreachable'],
    ['a connection that is reset', resets(), 'news/unreachable'],
  ])('says what is wrong in words when it gets %s', async (_, reply, code) => {
    const { feed, answer } = await ask(reply)
    expect(answer).toMatchObject({ ok: false, error: { code } })
    expect(feed.problem()).toMatch(/^paper .*: .*\.$/)
    expect(feed.known(epochMs(0), NOON)).toEqual([])
  })

  it.each([
    ['never answers', hangs()],
    ['stops in the middle of an answer', stalls()],
  ])('is given up on when it %s', async (_, reply) => {
    expect((await ask(reply, 150)).answer).toMatchObject({ ok: false, error: { code: 'news/timeout' } })
  })

  it('is given up on at once when the program ends', async () => {
    server.script('/feed', hangs())
    const ending = new AbortController()
    const answer = feedAt('/feed', 60_000).refresh?.(NOON, ending.signal)
    ending.abort()
    expect(await answer).toMatchObject({ ok: false, error: { code: 'news/timeout' } })
  })

  it('says that nobody listens where nobody listens', async () => {
    const gone = await startNewsServer()
    await gone.close()
    const feed = createFeed({ name: 'paper', url: `${gone.url}/feed`, timeLimitMs: 2_000, assetWords: WORDS })
    expect(await feed.refresh?.(NOON, NEVER)).toMatchObject({ ok: false, error: { code: 'news/unreachable' } })
    expect(feed.problem()).toContain('ECONNREFUSED')
  })

  it('still knows what it knew when it cannot be reached, and says so until it can', async () => {
    const { feed } = await ask(body(rss(RALLY)))
    server.script('/feed', status(503))
    await feed.refresh?.(NOON, NEVER)
    expect(feed.known(epochMs(0), NOON)).toHaveLength(1)
    expect(feed.problem()).toContain('HTTP 503')
    server.script('/feed', body(rss(LATER)))
    await feed.refresh?.(NOON, NEVER)
    expect(feed.problem()).toBeNull()
    expect(feed.known(epochMs(0), epochMs(NOON + HOUR)).map(({ text }) => text)).toEqual(['XRP slips'])
  })
})
