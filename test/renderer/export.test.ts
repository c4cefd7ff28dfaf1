import { describe, expect, it } from 'vitest'
import { csvCell, ordersToCsv, ordersToJson } from '../../src/renderer/rooms/orders/export.ts'
import { filterOrders, mergedHistory, NO_FILTER } from '../../src/renderer/rooms/orders/history-filter.ts'
import { orders } from '../ui/fixture/orders.ts'

describe('exporting orders', () => {
  it('writes nothing that a spreadsheet would run as a formula', () => {
    for (const text of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx']) expect(csvCell(text)).toBe(`'${text}`)
    expect(csvCell('\rx')).toBe(`"'\rx"`)
    expect(csvCell('=a,"b"')).toBe(`"'=a,""b"""`)
  })
  it('leaves numbers as numbers, losses included', () => {
    expect(csvCell('-12.5')).toBe('-12.5')
    expect(csvCell('0.00001301')).toBe('0.00001301')
  })
  it('writes one row per order under one head, in UTC', () => {
    const lines = ordersToCsv(orders.recent).trimEnd().split('\r\n')
    expect(lines).toHaveLength(orders.recent.length + 1)
    expect(lines[1]).toContain('2026-03-02T14:18:20.000Z')
    expect(lines.find((line) => line.includes('never-placed'))).toContain("'=never-placed")
  })
  it('says what an order was for and where its stop stood', () => {
    const [head = '', first = ''] = ordersToCsv(orders.open.filter(({ type }) => type === 'stop')).split('\r\n')
    const cells = first.split(',')
    const cell = (name: string) => cells[head.split(',').indexOf(name)]
    expect([cell('purpose'), cell('type'), cell('leverage'), cell('trigger')]).toEqual([
      'protective stop',
      'stop',
      '3',
      '0.62918',
    ])
  })
  it('writes amounts into JSON as text, so that no digit is lost', () => {
    expect(JSON.parse(ordersToJson(orders.recent))[0]).toMatchObject({ amount: '245.11034', purpose: 'rebalance' })
  })
})

describe('filtering the history', () => {
  it('narrows by every field at once', () => {
    const found = filterOrders(orders.recent, { ...NO_FILTER, symbol: 'BTC/USDT', side: 'buy', status: 'cancelled' })
    expect(found.length).toBeGreaterThan(0)
    for (const order of found) expect(order).toMatchObject({ symbol: 'BTC/USDT', side: 'buy', status: 'cancelled' })
  })
  it('tells apart what orders were for', () => {
    const found = filterOrders(orders.recent, { ...NO_FILTER, purpose: 'protective stop' })
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found.map(({ purpose }) => purpose))).toEqual(new Set(['protective stop']))
  })
  it('finds an order by the id the exchange gave it', () => {
    expect(filterOrders(orders.open, { ...NO_FILTER, text: 'oqclml' }).length).toBe(orders.open.length - 1)
  })
  it('finds reasons and origins whatever their case', () => {
    expect(filterOrders(orders.recent, { ...NO_FILTER, text: 'NEVER-PLACED' }).length).toBeGreaterThan(0)
    expect(filterOrders(orders.recent, { ...NO_FILTER, text: 'no such thing' })).toEqual([])
  })
})

describe('older orders', () => {
  const [first, second, third] = orders.recent
  if (first === undefined || second === undefined || third === undefined) throw new Error('the fixture is too small')

  it('count once, as they were last heard of, newest first', () => {
    const asked = [{ ...second, status: 'open' }, third]
    expect(mergedHistory([first, second], asked)).toEqual([first, second, third])
  })
  it('are all there when the pushed list has moved on', () => {
    const later = { ...first, id: 'ord_later', createdAt: first.createdAt + 1 }
    expect(mergedHistory([later], mergedHistory([first], [second])).map(({ id }) => id)).toEqual([
      'ord_later',
      first.id,
      second.id,
    ])
  })
})
