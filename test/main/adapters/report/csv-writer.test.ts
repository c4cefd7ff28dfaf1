import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createCsvWriter, csvCell } from '../../../../src/main/adapters/report/csv-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'csv-'))
afterAll(() => rmSync(folder, { recursive: true }))

it.each([
  ['=1+1', "'=1+1"],
  ['+SUM(A1)', "'+SUM(A1)"],
  ['-cmd', "'-cmd"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['\rx', `"'\rx"`],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['-1+1', "'-1+1"],
])('keeps a spreadsheet from running %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})

it.each([
  ['-0.5', '-0.5'],
  ['+3', '+3'],
  ['1e-7', '1e-7'],
  [-2, '-2'],
  [null, ''],
  ['BTC/USDT', 'BTC/USDT'],
  ['a "b", c', '"a ""b"", c"'],
])('writes %j as %s', (value, cell) => {
  expect(csvCell(value)).toBe(cell)
})

it('writes every row of a long file in order, in text of any length', () => {
  const file = join(folder, 'long.csv')
  const writer = createCsvWriter(file, ['n', 'text'])
  for (let n = 0; n < 20_000; n++) writer.write([n, `Zeile ${n}: drüber`])
  writer.close()
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines.length).toBe(20_002)
  expect(lines.slice(0, 2)).toEqual(['n,text', '0,Zeile 0: drüber'])
  expect(lines.slice(-2)).toEqual(['19999,Zeile 19999: drüber', ''])
})

it('throws on a row that does not fit its columns', () => {
  const writer = createCsvWriter(join(folder, 'bad.csv'), ['a', 'b'])
  expect(() => writer.write(['1'])).toThrow('2 columns')
  writer.close()
})
