import { type Failure, fail } from '../../../shared/result.ts'
import { oneLine } from '../../domain/resolution-text.ts'

export type NewsFaultCode =
  | 'news/unreachable'
  | 'news/timeout'
  | 'news/refused'
  | 'news/rate-limited'
  | 'news/unavailable'
  | 'news/redirected'
  | 'news/too-large'
  | 'news/bad-encoding'
  | 'news/bad-answer'
  | 'news/empty'

/** @param what continues the source's name, with what to do about it. */
export const newsFault = (source: string, code: NewsFaultCode, what: string): { ok: false; error: Failure } =>
  fail(code, `${source} ${what}`)

/** A piece of what was found there, short enough to be shown. */
export const found = (text: string): string => (text.trim() === '' ? 'nothing' : JSON.stringify(oneLine(text, 40)))
