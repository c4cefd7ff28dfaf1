import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRows } from '../../../../src/main/adapters/news/csv-rows.ts'

const written = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

describe('rows of a CSV file', () => {
  it('are what was written, whatever stands in the cells, with either line end', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', ''), maxLength: 6 })
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (cells, end, endsLast) => {
        const text = cells.map((row) => row.map(written).join(',')).join(end) + (endsLast ? end : '')
        const read = csvRows(text)
        expect(Array.isArray(read) && read.map((row) => row.cells)).toEqual(cells)
      }),
      { seed: 5, numRuns: 500 },
    )
  })

  it('know the line they begin in, past quoted line ends and empty lines', () => {
    const read = csvRows('a,b\n\n"x\ny",1\nz,2')
    expect(Array.isArray(read) && read.map(({ line }) => line)).toEqual([1, 3, 5])
  })

  it('never fail on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }), (text) => void csvRows(text)),
      { seed: 6 },
    )
  })
})
