import { describe, expect, it } from 'vitest'
import { csvCell, ordersToCsv, ordersToJson } from '../../src/renderer/rooms/orders/export.ts'
import { filterOrders, NO_FILTER } from '../../src/renderer/rooms/orders/history-filter.ts'
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
  it('writes amounts into JSON as text, so that no digit is lost', () => {
    expect(JSON.parse(ordersToJson(orders.open))[0]).toMatchObject({ amount: '245.11034', inDoubt: false })
  })
})

describe('filtering the history', () => {
  it('narrows by every field at once', () => {
    const found = filterOrders(orders.recent, { ...NO_FILTER, symbol: 'BTC/USDT', side: 'buy', status: 'cancelled' })
    expect(found.length).toBeGreaterThan(0)
    for (const order of found) expect(order).toMatchObject({ symbol: 'BTC/USDT', side: 'buy', status: 'cancelled' })
  })
  it('finds reasons and origins whatever their case', () => {
    expect(filterOrders(orders.recent, { ...NO_FILTER, text: 'NEVER-PLACED' }).length).toBeGreaterThan(0)
    expect(filterOrders(orders.recent, { ...NO_FILTER, text: 'no such thing' })).toEqual([])
  })
})
