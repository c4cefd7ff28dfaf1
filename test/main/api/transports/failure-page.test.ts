import { describe, expect, it } from 'vitest'
import { failurePage, hasFailurePage } from '../../../../src/main/api/failure-page.ts'

describe('the page of failure', () => {
  it.each([
    'config/invalid',
    'database/newer',
    'database/foreign',
    'database/locked',
    'database/corrupt',
    'database/unwritable',
    'database/migration-changed',
    'live/key-in-use',
    'live/key-missing',
    'candles/invalid',
    'window/not-built',
  ])('of %s says what happened and what to do', (code) => {
    const page = failurePage({ code, message: 'orchestration.yaml:3 schedule: expected a number' })
    expect(page).toContain('orchestration.yaml:3 schedule: expected a number')
    expect(page).toContain(code)
    expect(page.match(/<li>[^<]{10,}<\/li>/g)?.length).toBeGreaterThan(0)
  })

  it('shows text as text, whatever a file or its name holds', () => {
    const page = failurePage({ code: '"><script>', message: `<img src=x onerror="alert('1')"> & more` })
    expect(page).not.toMatch(/<script|<img/)
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more')
  })

  it('needs nothing but itself: no script, no other file', () => {
    const page = failurePage({ code: 'database/locked', message: 'in use' })
    expect(page).not.toMatch(/<script|<link|src=|url\(|https?:/)
  })

  it('is for what is put right on this machine, not for bad use of the command line', () => {
    for (const code of ['database/locked', 'config/invalid', 'live/key-in-use']) {
      expect(hasFailurePage({ code, message: '' }), code).toBe(true)
    }
    expect(hasFailurePage({ code: 'candles/missing', message: '' })).toBe(false)
  })
})
