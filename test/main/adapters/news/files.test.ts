import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openFearGreedFile } from '../../../../src/main/adapters/news/fear-greed-file.ts'
import { openHeadlineFile } from '../../../../src/main/adapters/news/headline-file.ts'
import { epochMs, MINUTE } from '../../../../src/shared/time.ts'
import { hasSharedData, sharedFile } from '../../../support/shared-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'triplegain-news-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, content: string | Buffer): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const WORDS = { BTC: ['btc', 'bitcoin'], XRP: ['xrp', 'ripple'] }
const BEGINNING = epochMs(0)
const END = epochMs(Date.UTC(2100, 0, 1))
const time = (text: string) => epochMs(Date.parse(text))

describe('recorded headlines', () => {
  const table = [
    'published,subject,title,source',
    '2023-07-14 08:23:00,x,"Bitcoin, ""digital gold"", surges",CryptoNews',
    '',
    '2023-07-14T09:00:00Z,x,XRP <b>falls</b> &amp; recovers,',
    '1689325200,x,"Two',
    'lines",Paper',
  ].join('\r\n')

  it('are read from CSV: quotations, markup, three ways to write a time, and a source or the file’s name', () => {
    const opened = openHeadlineFile(write('headlines.csv', table), WORDS)
    expect(opened.ok && opened.value.known(BEGINNING, END)).toEqual([
      {
        source: 'CryptoNews',
        text: 'Bitcoin, "digital gold", surges',
        at: time('2023-07-14T08:23Z'),
        value: null,
        assets: ['BTC'],
      },
      {
        source: 'headlines.csv',
        text: 'XRP falls & recovers',
        at: time('2023-07-14T09:00Z'),
        value: null,
        assets: ['XRP'],
      },
      { source: 'Paper', text: 'Two lines', at: time('2023-07-14T09:00Z'), value: null, assets: [] },
    ])
  })

  it('are read from JSON lines too', () => {
    const lines =
      '{"published": "2023-07-14 08:23", "title": "Bitcoin rises", "source": "P"}\n\n{"time": 1689325200, "headline": "Later"}\n'
    const opened = openHeadlineFile(write('headlines.jsonl', lines), WORDS)
    expect(opened.ok && opened.value.known(BEGINNING, END).map(({ text, at }) => [text, at])).toEqual([
      ['Bitcoin rises', time('2023-07-14T08:23Z')],
      ['Later', time('2023-07-14T09:00Z')],
    ])
  })

  it('are known from their own moment on and never before, and not when they are too old', () => {
    const opened = openHeadlineFile(write('headlines.csv', table), WORDS)
    if (!opened.ok) throw new Error(opened.error.message)
    const texts = (since: string, now: string) => opened.value.known(time(since), time(now)).map(({ text }) => text)
    expect(texts('2023-07-14T00:00Z', '2023-07-14T08:22:59Z')).toEqual([])
    expect(texts('2023-07-14T00:00Z', '2023-07-14T08:23Z')).toHaveLength(1)
    expect(texts('2023-07-14T08:23Z', '2023-07-14T10:00Z')).toEqual(['XRP falls & recovers', 'Two lines'])
  })

  const head = 'published,title\n'
  it.each([
    [
      'a date of another country',
      `${head}2023-07-14 08:00,ok\n14.07.2023,Bitcoin\n`,
      'bad.csv:3: expected published to be a UTC time; found "14.07.2023"',
    ],
    [
      'a day that does not exist',
      `${head}2023-13-14 08:00,Bitcoin\n`,
      'bad.csv:2: expected published to be a UTC time',
    ],
    ['a local time', `${head}2023-07-14T08:00:00+02:00,Bitcoin\n`, 'bad.csv:2: expected published to be a UTC time'],
    ['no title', `${head}2023-07-14 08:00,<br>\n`, 'bad.csv:2: expected a title with something to read'],
    ['a column too many', `${head}2023-07-14 08:00,Bitcoin, they say\n`, 'bad.csv:2: expected 2 columns; found 3'],
    ['a quotation without an end', `${head}2023-07-14 08:00,"Bitcoin\n\n\n`, 'bad.csv:2: expected a closing quote'],
    [
      'no column of titles',
      'published,text\n',
      'bad.csv:1: expected a header with the column title or headline; found "published,text"',
    ],
    ['a header alone', head, 'bad.csv:1: expected at least one record; found none'],
    ['nothing', '', 'bad.csv:1: expected a header'],
    [
      'JSON lines with something else between',
      '{"time": 1689325200, "title": "a"}\nhello\n',
      'bad.csv:2: expected one JSON object per line; found "hello"',
    ],
    [
      'JSON lines without a time',
      '\n{"title": "a"}\n',
      'bad.csv:2: expected published to be a UTC time; found nothing',
    ],
    ['JSON lines whose title is no text', '{"time": 1689325200, "title": ["a"]}\n', 'bad.csv:1: expected a title'],
    [
      'bytes that are not UTF-8',
      Buffer.from([...Buffer.from(head), 0xff]),
      'bad.csv: expected a readable file of at most 64 MB; found bytes that are not UTF-8',
    ],
  ])('are refused with file and line when there is %s', (_, content, message) => {
    const opened = openHeadlineFile(write('bad.csv', content), WORDS)
    expect(opened.ok ? 'accepted' : opened.error.message).toContain(message)
  })

  it('say so when they are not there', () => {
    expect(openHeadlineFile(join(folder, 'nothing.csv'), WORDS)).toEqual({
      ok: false,
      error: {
        code: 'news/unreadable-file',
        message: 'nothing.csv: expected a readable file of at most 64 MB; found the error ENOENT.',
      },
    })
  })
})

describe('a recorded index', () => {
  it('is known from ten minutes past the time it is stamped with', () => {
    const opened = openFearGreedFile(
      write('index.csv', 'time,date,value\n1735430400,2024-12-29,73\n1735516800,2024-12-30,65\n'),
    )
    if (!opened.ok) throw new Error(opened.error.message)
    const published = time('2024-12-29T00:10Z')
    expect(opened.value.known(BEGINNING, epochMs(published - 1))).toEqual([])
    expect(opened.value.known(BEGINNING, epochMs(published + MINUTE))).toEqual([
      { source: 'index.csv', text: 'Fear & Greed 73 of 100', at: published, value: 73, assets: [] },
    ])
    expect(opened.value.known(BEGINNING, END).map(({ value }) => value)).toEqual([73, 65])
  })

  it('is read from the service’s own objects, one a line', () => {
    const opened = openFearGreedFile(
      write('index.jsonl', '{"timestamp": "1735430400", "value": "73"}\n{"time": 1735516800, "value": 65}'),
    )
    expect(opened.ok && opened.value.known(BEGINNING, END).map(({ value }) => value)).toEqual([73, 65])
  })

  it.each([
    [
      'a value above 100',
      'time,value\n1735430400,101\n',
      'bad.csv:2: expected value to be a whole number from 0 to 100; found "101"',
    ],
    ['a fraction', 'time,value\n1735430400,7.5\n', 'bad.csv:2: expected value'],
    [
      'no value',
      'time,value\n1735430400,\n',
      'bad.csv:2: expected value to be a whole number from 0 to 100; found nothing',
    ],
    [
      'milliseconds',
      'time,value\n1735430400000,50\n',
      'bad.csv:2: expected time to be epoch seconds (UTC); found "1735430400000"',
    ],
    ['the same day twice', 'time,value\n1735430400,50\n1735430400,51\n', 'bad.csv:3: expected a time after 1735430400'],
    ['the newest first', 'time,value\n1735516800,50\n1735430400,51\n', 'bad.csv:3: expected a time after 1735516800'],
    ['no column of values', 'time,close\n1,2\n', 'bad.csv:1: expected a header with the column value'],
  ])('is refused with file and line when there is %s', (_, content, message) => {
    const opened = openFearGreedFile(write('bad.csv', content))
    expect(opened.ok ? 'accepted' : opened.error.message).toContain(message)
  })
})

describe.skipIf(!hasSharedData)('real recordings', () => {
  it('of the index are read completely', () => {
    const opened = openFearGreedFile(sharedFile('data', 'fear_greed_1d.csv'))
    if (!opened.ok) throw new Error(opened.error.message)
    const items = opened.value.known(BEGINNING, END)
    expect([items.length, items[0]?.value, items.at(-1)?.value]).toEqual([93, 73, 34])
    expect(items.at(-1)?.at).toBe(time('2025-03-31T00:10Z'))
  })

  it('of headlines are read completely, each title as it stands but for what must not be in it', () => {
    const opened = openHeadlineFile(sharedFile('data', 'news', 'news_headlines_sample.csv'), WORDS)
    if (!opened.ok) throw new Error(opened.error.message)
    const items = opened.value.known(BEGINNING, END)
    expect(items).toHaveLength(70)
    expect([items[0]?.at, items.at(-1)?.at]).toEqual([time('2021-10-27T15:17Z'), time('2023-12-19T06:40:41Z')])
    expect(new Set(items.map(({ source }) => source))).toEqual(new Set(['CryptoNews', 'CoinTelegraph', 'CryptoPotato']))
    // As the file's own column of mentions counts them.
    const about = (name: string) => items.filter(({ assets }) => assets.some((each) => each === name)).length
    expect([about('BTC'), about('XRP')]).toEqual([21, 20])
  })
})
