import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectCandleFile } from '../../../../src/main/adapters/recorded/candle-file.ts'
import { createCandleFolder, csv, hour, START } from './candle-fixtures.ts'

const { folder, write } = createCandleFolder()

async function faultOf(file: string) {
  const result = await inspectCandleFile(file)
  if (result.ok) throw new Error('was accepted')
  return result.error
}

describe('refusing', () => {
  const good = [hour(0), hour(1), hour(2), hour(3), hour(4), hour(5)]
  const replaced = (n: number, row: string): string => csv(...good.map((line, i) => (i === n ? row : line)))
  const faults: [name: string, content: string | Buffer, line: number | null, message: string][] = [
    ['unsorted rows', csv(hour(1), hour(0), hour(2)), 3, 'unsorted'],
    ['a duplicate', csv(hour(0), hour(1), hour(1)), 4, 'duplicate'],
    ['NaN', replaced(2, hour(2, '10,12,NaN,11,5')), 4, 'expected low to be a number; found "NaN"'],
    ['a word', replaced(2, hour(2, 'abc,12,9,11,5')), 4, 'expected open to be a number; found "abc"'],
    ['Infinity', replaced(2, hour(2, '10,Infinity,9,11,5')), 4, 'expected high to be a number'],
    ['a number too large for a float', replaced(2, hour(2, '10,1e999,9,11,5')), 4, 'expected high to be a number'],
    ['an empty cell', replaced(2, hour(2, '10,12,9,,5')), 4, 'expected close to be a number; found nothing'],
    ['an empty last cell', replaced(2, hour(2, '10,12,9,11,')), 4, 'expected volume to be a number; found nothing'],
    ['decimal commas', replaced(2, hour(2, '10,5,12,9,11,5')), 4, 'expected 6 columns; found 7'],
    ['a hexadecimal number', replaced(2, hour(2, '0x10,12,9,11,5')), 4, 'expected open to be a number'],
    ['spaces', replaced(2, hour(2, ' 10,12,9,11,5')), 4, 'expected open to be a number'],
    ['two points', replaced(2, hour(2, '1.0.0,12,9,11,5')), 4, 'expected open to be a number'],
    ['a column too few', replaced(2, hour(2, '10,12,9,11')), 4, 'expected 6 columns; found 5'],
    ['a row cut off at the end', csv(...good, '16005').slice(0, -1), 8, 'expected 6 columns; found 1'],
    ['an empty line', csv(hour(0), '', hour(1)), 3, 'found an empty line'],
    ['a zero price', replaced(2, hour(2, '10,12,0,11,5')), 4, 'expected low to be above zero'],
    ['a negative price', replaced(2, hour(2, '10,12,-9,11,5')), 4, 'expected low to be above zero; found "-9"'],
    ['a negative volume', replaced(2, hour(2, '10,12,9,11,-5')), 4, 'expected volume not to be negative'],
    ['low above close', replaced(2, hour(2, '10,12,9,8,5')), 4, 'expected low at or below'],
    ['low above open', replaced(2, hour(2, '10,12,10.5,11,5')), 4, 'expected low at or below'],
    ['low above high', replaced(2, hour(2, '10,9,11,10,5')), 4, 'expected low at or below'],
    ['high below close', replaced(2, hour(2, '10,10.5,9,11,5')), 4, 'expected high at or above'],
    ['high below open', replaced(2, hour(2, '12,11.5,9,11,5')), 4, 'expected high at or above'],
    ['a price of 16 digits', replaced(2, hour(2, '10,12.34567890123456,9,11,5')), 4, 'at most 15 significant digits'],
    ['milliseconds', csv(`${START}000,10,12,9,11,5`, hour(1)), 2, 'milliseconds'],
    ['fractions of a second', replaced(2, `${START + 7200}.5,10,12,9,11,5`), 4, 'whole UTC seconds'],
    ['a negative time', csv('-3600,10,12,9,11,5', hour(1)), 2, 'whole UTC seconds'],
    ['another header', 'date,open,high,low,close,volume\n', 1, 'expected the header'],
    ['a header in another order', `time,close,high,low,open,volume\n${hour(0)}\n`, 1, 'expected the header'],
    ['no header and six columns', `${hour(0)}\n${hour(1)}\n`, 1, 'expected the header'],
    ['a candle off the grid', csv(hour(0), hour(1), `${START + 7260},10,12,9,11,5`, hour(3)), 4, '1 h'],
    ['a half-hour among hours', csv(...good, `${START + 5.5 * 3600},10,12,9,11,5`), 8, 'candles of 1 h'],
    ['hours that open at half past', csv(...[0.5, 1.5, 2.5].map((n) => hour(n))), 2, 'candles of 1 h'],
    ['an empty file', '', null, 'empty file'],
    ['a header alone', csv(), null, 'empty file'],
    ['one candle, whose interval nobody knows', csv(hour(0)), null, 'expected two candles or more'],
    ['gzip with a wrong checksum', damaged(), null, 'expected intact gzip data'],
    [
      'bytes after the gzip data',
      Buffer.concat([gzipSync(csv(...good)), Buffer.from('more')]),
      1,
      'expected intact gzip data',
    ],
    ['a binary file', Buffer.alloc(300_000, 7), 1, 'a line longer than'],
  ]
  it.each(faults)('refuses %s, naming file and line', async (_name, content, line, message) => {
    const fault = await faultOf(write(content, 'faulty.csv'))
    expect(fault.code).toBe('candles/invalid')
    expect(fault.file).toBe('faulty.csv')
    expect(fault.message).toContain(message)
    expect(fault.message).toContain(fault.line === null ? 'faulty.csv:' : `faulty.csv, line ${fault.line}:`)
    if (line !== null) expect(fault.line).toBe(line)
  })

  function damaged(): Buffer {
    const packed = gzipSync(csv(...good))
    packed[packed.length - 8] = (packed[packed.length - 8] as number) ^ 1
    return packed
  }

  it('refuses gzip damaged anywhere', async () => {
    const packed = gzipSync(
      csv(...Array.from({ length: 500 }, (_, i) => hour(i, `10,12,9,11,${(i * 7919) % 104_729}`))),
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 11), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const copy = Buffer.from(packed)
        // behind the header, whose time and system bytes mean nothing
        copy[place + 10] = (copy[place + 10] as number) ^ change
        expect((await faultOf(write(copy, 'damaged.csv.gz'))).code).toBe('candles/invalid')
      }),
    )
  })

  it('refuses truncated gzip wherever it is cut, with the line up to which it could be read', async () => {
    const packed = gzipSync(
      csv(...Array.from({ length: 50_000 }, (_, i) => hour(i, `10,12,9,11,${(i * 7919) % 104_729}`))),
    )
    for (const share of [0.00005, 0.1, 0.5, 0.9, 0.99999]) {
      const fault = await faultOf(write(packed.subarray(0, Math.ceil(packed.length * share)), 'cut.csv.gz'))
      expect(fault.message).toContain('cut.csv.gz, line ')
      expect(fault).toMatchObject({ code: 'candles/invalid', expected: 'the rest of the gzip data' })
    }
  })

  it('refuses a .gz file that is not gzip', async () => {
    expect((await faultOf(write('not gzip', 'plain.csv.gz'))).expected).toBe('intact gzip data')
  })

  it.each([
    ['a missing file', join(folder, 'nowhere.csv'), 'no such file'],
    ['a folder', folder, 'a folder'],
  ])('says that %s cannot be read', async (_name, file, found) => {
    expect(await faultOf(file)).toMatchObject({ code: 'candles/unreadable', found })
  })
})
