import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assetsIn,
  cleanHeadline,
  HEADLINE_LIMIT,
  headlineKey,
  headlineOf,
  type NewsItem,
  withoutCopies,
} from '../../../src/main/domain/headline.ts'
import { type EpochMs, epochMs } from '../../../src/shared/time.ts'

/** Text with much in it that is dangerous, split and joined in any way. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '&',
        ';',
        'amp',
        'lt',
        'gt',
        '#',
        'x3c',
        '60',
        '/',
        'script',
        '&amp;',
        '&lt;',
        '&#60;',
        '&#x3C;',
        '<b>',
        '</b>',
        '<!--',
        '-->',
        '\u202e',
        '\u200b',
        '\u0000',
        '\u001b',
        '\ufeff',
        '\ud800',
        '\ue000',
        '\n',
        '\u2028',
        '\u00a0',
        '…',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

const FORBIDDEN = /[<>]|\p{C}|[\p{Zl}\p{Zp}]|\s\s|^\s|\s$|[^\S ]/u
const STILL_ESCAPED = /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/i

describe('a cleaned headline', () => {
  it('is one short line of visible plain text, whatever came in', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const clean = cleanHeadline(raw)
        expect(clean).not.toMatch(FORBIDDEN)
        expect(clean).not.toMatch(STILL_ESCAPED)
        expect(Array.from(clean).length).toBeLessThanOrEqual(HEADLINE_LIMIT)
        expect(clean.isWellFormed()).toBe(true)
      }),
      { seed: 11, numRuns: 2_000 },
    )
  })

  it('is not changed by cleaning it again', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 400 })), (raw) => {
        const clean = cleanHeadline(raw)
        expect(cleanHeadline(clean)).toBe(clean)
      }),
      { seed: 12, numRuns: 2_000 },
    )
  })

  it('is the text itself where there is nothing to clean', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(...'abcXYZ019$%?!’“”—é'), minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(words, (parts) => {
        expect(cleanHeadline(parts.join(' '))).toBe(parts.join(' '))
      }),
      { seed: 13 },
    )
  })

  it.each([
    ['tags', 'Bitcoin <b>rallies</b><br/>again', 'Bitcoin rallies again'],
    ['tags with content that is none', 'a<script>alert("x")</script>b<STYLE>p{}</STYLE>c', 'a b c'],
    ['escaped tags', '&lt;img src=x onerror=alert(1)&gt;BTC', 'BTC'],
    ['tags escaped twice', '&amp;lt;b&amp;gt;BTC&amp;lt;/b&amp;gt;', 'BTC'],
    ['what is escaped deeper than anybody would', '&amp;amp;amp;amp;lt;b', 'lt;b'],
    ['a tag that closes nowhere', 'BTC <a href=x', 'BTC a href=x'],
    ['entities', 'AT&amp;T &#8220;buys&#x201d; BTC&nbsp;&hellip;', 'AT&T “buys” BTC …'],
    ['numbers of no character', 'a &#0; &#xD800; &#9999999; b', 'a b'],
    ['entity in what only looks like one', 'R&D at S&P; up', 'R&D at S&P; up'],
    ['invisible characters inside words', 'bit\u200bcoin cra\u00adshes', 'bitcoin crashes'],
    ['direction overrides', '\u202egnp.exe\u202c up', 'gnp.exe up'],
    ['lines', ' one\r\n\ttwo\u2028three ', 'one two three'],
    ['nothing but markup', '<p>&nbsp;</p>', ''],
  ])('has no %s', (_, raw, clean) => {
    expect(cleanHeadline(raw)).toBe(clean)
  })

  it('is cut at 200 characters, not at half an emoji', () => {
    expect(cleanHeadline('🚀'.repeat(300))).toBe(`${'🚀'.repeat(199)}…`)
    expect(cleanHeadline('a'.repeat(200))).toBe('a'.repeat(200))
  })

  it('takes no time over a megabyte made to take long', () => {
    for (const unit of ['<', '&amp;', '<script>', '<!--', '&#', '&lt;script&gt;', '<a ']) {
      const before = performance.now()
      for (let i = 0; i < 100; i++) cleanHeadline(unit.repeat(200_000))
      expect(performance.now() - before).toBeLessThan(2_000)
    }
  })
})

const item = (source: string, text: string, at: number): NewsItem => ({
  source,
  text,
  at: epochMs(at),
  value: null,
  assets: [],
})

describe('copies of a headline', () => {
  it('are one, the first published, whatever their case, typography and source', () => {
    expect(
      withoutCopies([
        item('b', 'BITCOIN’s price — up 5%', 30),
        item('a', "Bitcoin's price: up 5 %", 10),
        item('c', 'Bitcoin’s price up 6%', 20),
      ]).map(({ source }) => source),
    ).toEqual(['a', 'c'])
  })

  it('do not depend on the order in which the sources were asked', () => {
    const items = fc.array(
      fc.record({
        source: fc.constantFrom('a', 'b', 'c'),
        text: fc.constantFrom('up', 'Up!', 'down', '!!', '??'),
        at: fc.integer({ min: 0, max: 3 }).map((at): EpochMs => epochMs(at)),
        value: fc.constant(null),
        assets: fc.constant([]),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(
        items.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(withoutCopies(shuffled)).toEqual(withoutCopies(list))
        },
      ),
      { seed: 14, numRuns: 500 },
    )
  })

  it('are not made of headlines without a letter', () => {
    expect(headlineKey('🚀🚀')).not.toBe(headlineKey('💥'))
  })
})

describe('what a headline is about', () => {
  const words = { BTC: ['btc', 'bitcoin'], XRP: ['xrp', 'ripple'], BCH: ['bitcoin cash'] }

  it.each([
    ['Bitcoin (BTC) up', ['BTC']],
    ['Ripple’s victory, says $XRP army; #bitcoin lags', ['BTC', 'XRP']],
    ['Bitcoiners trip over rippled glass', []],
    ['Bitcoin Cash forks', ['BTC', 'BCH']],
    ['Regulators meet', []],
  ])('%s', (text, assets) => {
    expect(assetsIn(text, words)).toEqual(assets)
  })

  it('is nothing when nothing is left to read', () => {
    expect(headlineOf('a', '<i>\u0000</i>', epochMs(1), words)).toBeNull()
  })
})
