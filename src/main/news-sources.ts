import { basename } from 'node:path'
import type { Result } from '../shared/result.ts'
import { createFearGreed } from './adapters/news/fear-greed.ts'
import { openFearGreedFile } from './adapters/news/fear-greed-file.ts'
import { openHeadlineFile } from './adapters/news/headline-file.ts'
import { createFeed } from './adapters/news/rss.ts'
import type { NewsSource, OpenNews } from './ports.ts'

/** What everybody publishes, and files: for a market that is there. */
export const openAllNews: OpenNews = (wanted) => {
  const { fearGreedUrl, feeds, timeLimitMs, assetWords } = wanted
  return [
    ...(fearGreedUrl === null ? [] : [createFearGreed({ name: 'fear_greed', url: fearGreedUrl, timeLimitMs })]),
    ...feeds.map(({ name, url }) => createFeed({ name, url, timeLimitMs, assetWords })),
    ...openRecordedNews(wanted),
  ]
}

/** Files only: what is published now says nothing of a market that is made up or past. */
export const openRecordedNews: OpenNews = ({ fearGreedFile, headlineFile, assetWords }) => [
  ...(fearGreedFile === null ? [] : [orProblem(fearGreedFile, 'index', openFearGreedFile(fearGreedFile))]),
  ...(headlineFile === null ? [] : [orProblem(headlineFile, 'headlines', openHeadlineFile(headlineFile, assetWords))]),
]

/** A file that cannot be used is a source that says so: the analysts work without it. */
const orProblem = (file: string, kind: NewsSource['kind'], opened: Result<NewsSource>): NewsSource =>
  opened.ok
    ? opened.value
    : { name: basename(file), kind, refresh: null, known: () => [], problem: () => opened.error.message }

export type NewsFiles = { readonly fearGreed: string | null; readonly headlines: string | null }

/** Recorded news from these files instead of those of agents.yaml. Errors: those of the files, with file and line. */
export function openNewsOf({ fearGreed, headlines }: NewsFiles): Result<OpenNews> {
  for (const opened of [
    fearGreed === null ? null : openFearGreedFile(fearGreed),
    headlines === null ? null : openHeadlineFile(headlines, {}),
  ]) {
    if (opened?.ok === false) return opened
  }
  const open: OpenNews = (wanted) =>
    openRecordedNews({
      ...wanted,
      fearGreedFile: fearGreed ?? wanted.fearGreedFile,
      headlineFile: headlines ?? wanted.headlineFile,
    })
  return { ok: true, value: open }
}
