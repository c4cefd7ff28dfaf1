import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openAllNews, openNewsOf, openRecordedNews } from '../../src/main/news-sources.ts'
import type { WantedNews } from '../../src/main/ports.ts'
import { epochMs } from '../../src/shared/time.ts'

const folder = mkdtempSync(join(tmpdir(), 'triplegain-sources-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const index = write('index.csv', 'time,value\n1735430400,73\n')
const headlines = write('headlines.csv', 'published,title\n2024-12-29 10:00,Bitcoin soars\n')
const wanted: WantedNews = {
  fearGreedUrl: 'http://127.0.0.1:1/fng/',
  feeds: [{ name: 'Paper', url: 'http://127.0.0.1:1/rss' }],
  fearGreedFile: index,
  headlineFile: null,
  timeLimitMs: 100,
  assetWords: { BTC: ['bitcoin'] },
}

describe('sources of news', () => {
  it('are live ones and files where the market is real, files alone where it is not', () => {
    const described = (sources: ReturnType<typeof openAllNews>) =>
      sources.map(({ name, kind, refresh }) => [name, kind, refresh === null ? 'recorded' : 'live'])
    expect(described(openAllNews(wanted))).toEqual([
      ['fear_greed', 'index', 'live'],
      ['Paper', 'headlines', 'live'],
      ['index.csv', 'index', 'recorded'],
    ])
    expect(described(openRecordedNews(wanted))).toEqual([['index.csv', 'index', 'recorded']])
  })

  it('that are files which cannot be used say so and know nothing', () => {
    const [source] = openRecordedNews({ ...wanted, fearGreedFile: write('bad.csv', 'time,value\n1735430400,hot\n') })
    expect(source?.problem()).toContain('bad.csv:2: expected value')
    expect(source?.known(epochMs(0), epochMs(9e12))).toEqual([])
  })

  it('of a replay are the files of its flags, or those of the settings where there is no flag', () => {
    const opened = openNewsOf({ fearGreed: null, headlines })
    const sources = opened.ok ? opened.value(wanted) : []
    expect(sources.map(({ name }) => name)).toEqual(['index.csv', 'headlines.csv'])
    expect(sources[1]?.known(epochMs(0), epochMs(9e12))).toMatchObject([{ text: 'Bitcoin soars', assets: ['BTC'] }])
  })

  it('of a replay are refused with file and line before anything is replayed', () => {
    const broken = write('broken.csv', 'published,title\nyesterday,Bitcoin soars\n')
    expect(openNewsOf({ fearGreed: index, headlines: broken })).toMatchObject({
      ok: false,
      error: { code: 'news/invalid-file', message: expect.stringContaining('broken.csv:2') },
    })
    expect(openNewsOf({ fearGreed: join(folder, 'none.csv'), headlines: null })).toMatchObject({
      ok: false,
      error: { code: 'news/unreadable-file' },
    })
  })
})
