import { describe, expect, it } from 'vitest'
import { CONFIG_DIR } from '../../../src/main/app.ts'
import { loadSettings } from '../../../src/main/config.ts'
import { toText } from '../../../src/shared/money.ts'
import { BTC, XRP } from '../../support/money-arbitraries.ts'

const problems = (...set: string[]): string[] => {
  const loaded = loadSettings(
    CONFIG_DIR,
    set.map((each) => `portfolio.bags.${each}`),
  )
  return loaded.ok ? [] : loaded.error.message.split('\n').slice(1)
}

describe('the settings of the bags', () => {
  it('are ten percent of a profit, bought from 15 USDT of BTC and 25 of XRP on', () => {
    const loaded = loadSettings(CONFIG_DIR)
    if (!loaded.ok) throw new Error(loaded.error.message)
    const { profit_share_percent, minimum_purchase } = loaded.value.portfolio.bags
    expect(toText(profit_share_percent)).toBe('10')
    expect([BTC, XRP].map((asset) => toText(minimum_purchase[asset] ?? profit_share_percent))).toEqual(['15', '25'])
  })

  it('are refused where nothing could ever be bought', () => {
    expect(problems('max_purchase=24.99')).toEqual([
      expect.stringContaining('expected no minimum_purchase above max_purchase'),
    ])
    expect(problems('max_purchase=25', 'max_purchase_per_day=24.99')).toEqual([
      expect.stringContaining('expected max_purchase_per_day not below max_purchase'),
    ])
    expect(problems('max_purchase=25', 'max_purchase_per_day=25')).toEqual([])
  })

  it('are refused for an asset that is no target', () => {
    expect(problems('minimum_purchase.DOGE=1')).toEqual([
      'portfolio.yaml bags.minimum_purchase.DOGE: expected one of the targets',
    ])
  })
})
