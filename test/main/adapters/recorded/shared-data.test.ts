import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inspectCandleFile, openCandleFile } from '../../../../src/main/adapters/recorded/candle-file.ts'
import { HOUR } from '../../../../src/shared/time.ts'

const DATA = join(import.meta.dirname, '../../../../../shared/data')
const isThere = existsSync(DATA)
if (!isThere) console.warn(`SKIPPED: real candles are not at ${DATA}`)

describe.skipIf(!isThere)('real candles', () => {
  it.each([
    ['binance_BTCUSDT_1h.csv.gz', 'd53ceffae29cc50fb76cd8fb15336a620d37ceacefda41ab74e7d20e7cd0c8de', 66_641, 28, 171],
    ['binance_XRPUSDT_1h.csv.gz', '831d190e331983b9ae88d25ea1aa73b70ad67a5df090b3fd980be91cebc39b4b', 39_676, 10, 20],
    [
      'kraken_BTCUSD_1h.csv.gz',
      '6a355a59fb57702115d6b01884082dd496f76353cac8cdf988f0fd58b9e7ccf5',
      56_928,
      3252,
      10_851,
    ],
  ])(
    '%s has the rows and gaps that its description says, and reads as its text stands',
    async (name, sha256, rows, count, missingCandles) => {
      const file = join(DATA, name)
      expect(await inspectCandleFile(file)).toMatchObject({
        ok: true,
        value: { name, sha256, rows, intervalMs: HOUR, gaps: { count, missingCandles } },
      })
      const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
      const reader = openCandleFile(file)
      let line = 0
      let differences = 0
      for (let block = await reader.nextBlock(); block !== null; block = await reader.nextBlock())
        for (let i = 0; i < block.length; i++) {
          const [time = 0, ...cells] = (lines[line++] ?? '').split(',').map(Number)
          const read = [block.open, block.high, block.low, block.close, block.volume].map((column) => column[i])
          if (block.time[i] !== time * 1000 || cells.some((cell, k) => cell !== read[k])) differences++
        }
      expect([line, differences]).toEqual([rows, 0])
    },
  )
})
