import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectCandleFile, openCandleFile } from '../../../../src/main/adapters/recorded/candle-file.ts'
import { epochMs, HOUR } from '../../../../src/shared/time.ts'
import { createCandleFolder, csv, hour, START, withHeader } from './candle-fixtures.ts'

const { write } = createCandleFolder()

async function readAll(file: string, range: Parameters<typeof openCandleFile>[1] = {}): Promise<number[][]> {
  const reader = openCandleFile(file, range)
  const rows: number[][] = []
  for (let block = await reader.nextBlock(); block !== null; block = await reader.nextBlock())
    for (let i = 0; i < block.length; i++)
      rows.push(
        [block.time, block.open, block.high, block.low, block.close, block.volume].map((column) => column[i] as number),
      )
  return rows
}

async function inspected(file: string) {
  const result = await inspectCandleFile(file)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

const decimal = (digits: number) =>
  fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** BigInt(digits) - 1n }), fc.integer({ min: 0, max: digits }))
    .map(([units, decimals]) => {
      const text = units.toString().padStart(decimals + 1, '0')
      return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`
    })
const candleCells = fc.tuple(decimal(15), decimal(15), decimal(15), decimal(15), decimal(18)).map((cells) => {
  const [low = '', a = '', b = '', high = ''] = cells.slice(0, 4).sort((x, y) => Number(x) - Number(y))
  return [a, high, low, b, cells[4]]
})

describe('reading', () => {
  it('gives back every number of any valid file exactly, packed or not, in both formats and line ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(candleCells, { minLength: 2, maxLength: 60 }),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (candles, isPacked, isArchive, lineEnd, isEndedByLine) => {
          const rows = candles.map((cells, i) => `${hour(i, cells.join())}${isArchive ? `,${i}` : ''}`)
          const text = (isArchive ? rows : withHeader(rows)).join(lineEnd) + (isEndedByLine ? lineEnd : '')
          const file = write(isPacked ? gzipSync(text) : text, 'property.csv')
          const info = await inspected(file)
          expect(info).toMatchObject({ name: 'property.csv', rows: rows.length, intervalMs: HOUR, gaps: { count: 0 } })
          expect(await readAll(file)).toEqual(
            candles.map((cells, i) => [(START + i * 3600) * 1000, ...cells.map((text) => Number(text))]),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads prices with exponent, without leading digit or with many decimal zeros as what they say', async () => {
    const file = write(csv(hour(0, '9.5e-06,.5,0.00000950000000000,1.50000000000000000000e-5,0'), hour(1)))
    await inspected(file)
    expect((await readAll(file))[0]).toEqual([START * 1000, 0.0000095, 0.5, 0.0000095, 0.000015, 0])
  })

  it('takes volumes of more digits than a float holds, because Kraken writes them and nothing is bought with them', async () => {
    const file = write(csv(hour(0, '10,12,9,11,50571074.741111449'), hour(1)))
    expect((await inspected(file)).rows).toBe(2)
  })

  it('counts only candles that open in [from, to), in blocks of 4096', async () => {
    const file = write(csv(...Array.from({ length: 10_000 }, (_, i) => hour(i, `10,12,9,${10 + (i % 2)},${i}`))))
    const [from, to] = [epochMs((START + 3 * 3600) * 1000), epochMs((START + 9_990 * 3600) * 1000)]
    const rows = await readAll(file, { from, to })
    expect(rows.map(([, , , , , volume]) => volume)).toEqual(Array.from({ length: 9_987 }, (_, i) => i + 3))
    const lengths: number[] = []
    const reader = openCandleFile(file)
    for (let block = await reader.nextBlock(); block; block = await reader.nextBlock()) lengths.push(block.length)
    expect(lengths).toEqual([4096, 4096, 1808])
  })

  it('ends a reading that is closed in the middle', async () => {
    const reader = openCandleFile(write(csv(...Array.from({ length: 9_000 }, (_, i) => hour(i)))))
    expect((await reader.nextBlock())?.length).toBe(4096)
    reader.close()
    expect(await reader.nextBlock()).toBeNull()
  })

  it('throws when the file is no longer what was inspected', async () => {
    const reader = openCandleFile(write(csv(hour(0), hour(0))))
    await expect(reader.nextBlock()).rejects.toThrow('changed while it was read')
  })
})

describe('inspecting', () => {
  it('describes the file by its bytes, its rows, its interval and its gaps', async () => {
    // the first spacing is a gap already: the interval shows only later
    const packed = gzipSync(csv(...[0, 2, 3, 4, 8, 9, 10].map((n) => hour(n))))
    const info = await inspected(write(packed, 'gaps.csv.gz'))
    const at = (n: number) => (START + n * 3600) * 1000
    expect(info).toEqual({
      name: 'gaps.csv.gz',
      sha256: createHash('sha256').update(packed).digest('hex'),
      rows: 7,
      intervalMs: HOUR,
      gaps: {
        count: 2,
        missingCandles: 4,
        first: [
          { from: at(1), missing: 1 },
          { from: at(5), missing: 3 },
        ],
      },
      firstOpen: at(0),
      lastOpen: at(10),
    })
  })

  it('finds the gaps that any removal of candles leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 80 }), async (isKept) => {
        // a whole stretch at the end, so that the interval is beyond doubt
        const hours = [
          ...isKept.map((_, i) => i).filter((i) => isKept[i]),
          ...isKept.map((_, i) => i + isKept.length),
          200,
        ]
        const info = await inspected(write(csv(...hours.map((n) => hour(n))), 'removed.csv'))
        const gaps = hours
          .slice(1)
          .map((n, i) => n - (hours[i] as number) - 1)
          .filter((missing) => missing > 0)
        expect(info.gaps.count).toBe(gaps.length)
        expect(info.gaps.missingCandles).toBe(gaps.reduce((total, missing) => total + missing, 0))
        expect(info.gaps.first.map(({ missing }) => missing)).toEqual(gaps.slice(0, 5))
      }),
    )
  })
})
