import { describe, expect, it } from 'vitest'
import { addressOf, isDowngrade } from '../../../../src/main/adapters/news/page.ts'

describe('an address', () => {
  it('is one on the web, or one beside it', () => {
    expect(addressOf('https://example.com/rss')).toBe('https://example.com/rss')
    expect(addressOf('/feed?x=1', 'https://example.com/rss')).toBe('https://example.com/feed?x=1')
    expect(addressOf('//other.example/feed', 'https://example.com/rss')).toBe('https://other.example/feed')
  })

  it.each([
    'file:///etc/passwd',
    'data:text/xml,<rss/>',
    'ftp://example.com/',
    'javascript:alert(1)',
    'http://',
    'feed',
  ])('is not %s', (url) => {
    expect(addressOf(url)).toBeNull()
  })

  it('is not followed from https to http, and in no other case', () => {
    expect(isDowngrade('https://a.example/', 'http://a.example/')).toBe(true)
    expect(isDowngrade('http://a.example/', 'https://a.example/')).toBe(false)
    expect(isDowngrade('https://a.example/', 'https://b.example/')).toBe(false)
    expect(isDowngrade('http://a.example/', 'http://b.example/')).toBe(false)
  })
})
