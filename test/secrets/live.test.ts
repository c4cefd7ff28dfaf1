import { afterEach, describe, expect, it } from 'vitest'
import { type LiveDay, liveDay, openKraken } from './live-day.ts'
import { Product } from './product.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function run(prepare: (product: Product) => void = () => {}): Promise<LiveDay> {
  const product = new Product()
  closing.push(() => product.remove())
  const kraken = await openKraken(product)
  closing.push(() => kraken.close())
  prepare(product)
  return liveDay(product, kraken)
}

describe('a day in live mode on which everything that can quote a secret does', { timeout: 60_000 }, () => {
  it('leaves none in what is printed, stored, backed up, shown, sent or exported', async () => {
    const day = await run()
    expect(day.leaks).toEqual([])
    // It was heard: the errors are told, without what must not be told.
    expect(day.echoesLeft).toEqual([])
    expect(day.reasons).toContain('Kraken refused: EOrder:Insufficient funds')
    expect(day.reasons).toContain('Kraken refused: EAPI:Invalid signature')
    expect(day.told).toContain('Past candles could not be read')
    expect(day.lights).toContain('The account’s events have stopped')
    expect(day.second).toContain('live/key-in-use')
    for (const name of [
      '.db ',
      '.db-wal ',
      'backup-before',
      '.lock',
      'nonce-',
      '.kill',
      'serve printed',
      'request to Kraken',
    ]) {
      expect(
        day.searched.some((where) => where.includes(name)),
        name,
      ).toBe(true)
    }
  })

  it('is searched well enough to find leaks that are planted in each of these places', async () => {
    const { leaks } = await run((product) => {
      product.change('src/main/adapters/kraken/redact.ts', 'return (text) => {', 'return (text) => {\n    return text')
      product.change(
        'src/main/app.ts',
        'const log = createLog()',
        'const log = createLog()\n  log.info(btoa(String(options.env.KRAKEN_API_KEY)))',
      )
      product.change(
        'src/main/live-account.ts',
        'pid: process.pid, startedAt: clock.now(), dataDir',
        'pid: process.pid, startedAt: clock.now(), dataDir: Buffer.from(secret).toString("hex")',
      )
      product.change(
        'src/main/adapters/kraken/wire.ts',
        'enableRateLimit: false,',
        'enableRateLimit: false,\n    userAgent: encodeURIComponent(options.key),',
      )
    })
    for (const where of [
      'krakenKey in what serve printed',
      'krakenSecret in what serve printed',
      'krakenSecret in data/live-kraken.db-wal while it ran',
      'krakenSecret in data/live-kraken.db afterwards',
      'krakenSecret in data/live-kraken.db.backup-before-',
      'krakenSecret in state/triplegain/key-',
      'krakenKey in a request to Kraken',
      'a token of the socket in what the window was sent',
      'a signature in what the window was sent',
      'krakenSecret in an export in CSV',
      'krakenSecret in an export in JSON',
    ]) {
      expect(
        leaks.some((leak) => leak.startsWith(where)),
        where,
      ).toBe(true)
    }
  })
})
