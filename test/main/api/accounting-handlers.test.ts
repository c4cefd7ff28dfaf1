import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Accounting } from '../../../src/main/accounting/accounting.ts'
import { accountingHandlers } from '../../../src/main/api/accounting-handlers.ts'
import { csvRecord } from '../../../src/main/api/csv.ts'
import {
  Balances,
  correctionEntry,
  fillEntry,
  type LedgerEntry,
  marginFillEntry,
  movementEntry,
  openingEntry,
  transferEntry,
} from '../../../src/main/domain/ledger.ts'
import { calls } from '../../../src/shared/contract/contract.ts'
import { type Asset, asset } from '../../../src/shared/ids.ts'
import { amount, type Decimal, decimal, price, toText, ZERO } from '../../../src/shared/money.ts'
import { DAY, epochMs } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, scaled, USDT, XRP, XRP_BTC } from '../../support/money-arbitraries.ts'
import { fillOf } from '../../support/trading-builders.ts'

const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z')
const day = (n: number) => epochMs(NEW_YEAR + n * DAY)

/** A reader of its own: RFC 4180, nothing else. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (isQuoted) {
      if (c !== '"') cell += c
      else if (text[i + 1] === '"') cell += text[++i]
      else isQuoted = false
    } else if (c === '"') isQuoted = true
    else if (c === ',' || c === '\r') {
      rows.at(-1)?.push(cell)
      cell = ''
      if (c === '\r') i++
      if (c === '\r' && i + 1 < text.length) rows.push([])
    } else cell += c
  }
  return rows
}
const named = (text: string): Record<string, string>[] => {
  const [header = [], ...rows] = readCsv(text)
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
}

function deskOf(entries: readonly LedgerEntry[]) {
  const accounting = new Accounting(USDT, 'fifo')
  for (const entry of entries) accounting.onEntry(entry)
  const handlers = accountingHandlers({
    accounting,
    ledger: { all: () => entries },
    quote: USDT,
    clock: { now: () => day(100) },
    tracker: { markOf: (symbol) => (symbol === BTC_USDT ? price('60000') : null) },
  })
  return {
    async file(what: 'gains' | 'entries', year: number | null = null) {
      const answer = await handlers['ledger.export']({ what, year })
      if (!answer.ok) throw new Error(answer.error.message)
      const { csv, ...rest } = calls['ledger.export'].output.parse(answer.value)
      return { ...rest, csv, table: named(csv) }
    },
    async lots() {
      const answer = await handlers['lots.open']({})
      if (!answer.ok) throw new Error(answer.error.message)
      return calls['lots.open'].output.parse(answer.value).lots
    },
  }
}

const trade = (side: 'buy' | 'sell', units: string, at: string, on: number, fee = '0'): LedgerEntry =>
  fillEntry(fillOf({ side, amount: amount(units), price: price(at), fee: amount(fee), at: day(on) }), 'core')
const MONEY = openingEntry(USDT, 'core', amount('100000'), day(-400))
const HISTORY: readonly LedgerEntry[] = [
  MONEY,
  trade('buy', '1', '40000', -370, '10'),
  trade('buy', '1', '50000', 5),
  trade('sell', '1.5', '60000', 20, '30'),
]

describe('the file of realized gains', () => {
  it('has a row per part of a lot, with the times of both ends and what it cost and brought', async () => {
    const { table, fileName, rows } = await deskOf(HISTORY).file('gains')
    expect(fileName).toBe('triplegain-gains-all-years')
    expect(rows).toBe(2)
    expect(table).toEqual([
      {
        Asset: 'BTC',
        Amount: '1',
        'Date Acquired': '2024-12-27T00:00:00.000Z',
        'Date Sold': '2026-01-21T00:00:00.000Z',
        Proceeds: '59980',
        'Cost Basis': '40010',
        'Gain/Loss': '19970',
        Currency: 'USDT',
        'Days Held': '390',
        Method: 'fifo',
        TxHash: 'T1',
      },
      expect.objectContaining({ Amount: '0.5', Proceeds: '29990', 'Cost Basis': '25000', 'Gain/Loss': '4990' }),
    ])
  })

  it('has only the sales of a year, at the cost of what was bought before it', async () => {
    const desk = deskOf([...HISTORY, trade('sell', '0.5', '60000', 400)])
    expect((await desk.file('gains', 2026)).rows).toBe(2)
    const { table, fileName } = await desk.file('gains', 2027)
    expect(fileName).toBe('triplegain-gains-2027')
    expect(table).toMatchObject([{ 'Cost Basis': '25000', 'Gain/Loss': '5000' }])
    expect((await desk.file('gains', 2025)).table).toEqual([])
  })

  it('leaves empty what nobody knows', async () => {
    const { table } = await deskOf([openingEntry(BTC, 'core', amount('1'), day(0)), trade('sell', '1', '9', 1)]).file(
      'gains',
    )
    expect(table).toMatchObject([{ Proceeds: '9', 'Cost Basis': '', 'Gain/Loss': '' }])
  })
})

describe('the file of the ledger', () => {
  it('has a row per trade with its fee, and one for what came or went', async () => {
    const reward = { id: 'R1', kind: 'reward' as const, asset: BTC, amount: amount('0.1'), at: day(21) }
    const { table } = await deskOf([...HISTORY, movementEntry(reward, price('60000'))]).file('entries', 2026)
    expect(table).toMatchObject([
      { Date: '2026-01-06T00:00:00.000Z', 'Sent Amount': '50000', 'Received Currency': 'BTC', 'Fee Amount': '' },
      { 'Sent Amount': '1.5', 'Received Amount': '90000', 'Fee Amount': '30', 'Fee Currency': 'USDT', Label: '' },
      { 'Sent Amount': '', 'Received Amount': '0.1', 'Net Worth Amount': '6000', Label: 'reward', TxHash: 'R1' },
    ])
  })

  it('calls what a trade on margin brought a realized gain, and its fee a cost', async () => {
    const closing = marginFillEntry(fillOf({ fee: amount('2'), at: day(1) }), 'tactical', amount('25'))
    const { table } = await deskOf([closing]).file('entries')
    expect(table).toMatchObject([
      { 'Received Amount': '25', Label: 'realized gain' },
      { 'Sent Amount': '2', Label: 'cost' },
    ])
  })

  it('has nothing of what only went from one sleeve to another', async () => {
    const moved = transferEntry(USDT, amount('5'), 'core', 'tactical', day(1), 'ord_1 borrows')
    expect((await deskOf([moved]).file('entries')).rows).toBe(0)
  })

  it('comes, read back, to what is owned of every asset, to the last digit', async () => {
    const KFEE = asset('KFEE')
    const entryArb = fc
      .record({
        symbol: fc.constantFrom(BTC_USDT, XRP_BTC),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        units: fc.integer({ min: 1, max: 1e9 }),
        at: fc.integer({ min: 1, max: 1e9 }),
        fee: fc.integer({ min: -5, max: 100 }),
        feeAsset: fc.constantFrom(BTC, USDT, KFEE, XRP),
        isMargin: fc.boolean(),
      })
      .map(({ symbol, side, units, at, fee, feeAsset, isMargin }) => {
        const fill = fillOf({ symbol, side, feeAsset, amount: amount(scaled(units, 8)), price: price(scaled(at, 8)) })
        const whole = { ...fill, fee: amount(String(fee)) }
        return isMargin ? marginFillEntry(whole, 'tactical', amount(String(fee * 7))) : fillEntry(whole, 'core')
      })
    await fc.assert(
      fc.asyncProperty(fc.array(entryArb, { maxLength: 20 }), async (entries) => {
        const balances = new Balances()
        for (const entry of [MONEY, ...entries]) balances.apply(entry)
        const { table } = await deskOf([MONEY, ...entries]).file('entries')
        const read = new Map<string, Decimal>()
        const add = (coin: string | undefined, text: string | undefined, sign: '1' | '-1'): void => {
          if (!coin || !text) return
          read.set(coin, (read.get(coin) ?? ZERO).plus(decimal(text).times(decimal(sign))))
        }
        for (const row of table) {
          add(row['Received Currency'], row['Received Amount'], '1')
          add(row['Sent Currency'], row['Sent Amount'], '-1')
          add(row['Fee Currency'], row['Fee Amount'], '-1')
          expect(Object.values(row).some((cell) => cell.startsWith('-'))).toBe(false)
        }
        for (const coin of [BTC, USDT, XRP, KFEE] as Asset[]) {
          expect(toText(read.get(coin) ?? ZERO)).toBe(toText(balances.owned(coin)))
        }
      }),
      { seed: 7, numRuns: 100 },
    )
  })

  it('lets neither a reason nor what the exchange sent become a formula, and keeps them whole', async () => {
    const reasons = ['=HYPERLINK("http://evil.example","x")', '+1', '-1', '@SUM(A1)', 'found "it", at last\r\n=2']
    const entries = reasons.map((reason, i) => correctionEntry(BTC, amount('1'), day(i), reason))
    const strange = { id: '=1+1', kind: 'deposit' as const, asset: BTC, amount: amount('1'), at: day(9) }
    const { table } = await deskOf([...entries, movementEntry(strange, null)]).file('entries')
    expect(table.map(({ Description }) => Description)).toEqual([
      ...reasons.map((reason) => `correction: ${reason}`),
      'deposit',
    ])
    expect(table.at(-1)?.TxHash).toBe("'=1+1")
    expect(table.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
  })
})

describe('a record', () => {
  it.each(['=1', '+1', '-1', '@x', '\t=1', '\r=1', '\n=1'])('has an apostrophe before %j', (text) => {
    expect(readCsv(csvRecord([{ text }, 'x']))).toEqual([[`'${text}`, 'x']])
  })
  it('leaves a number that we made a number', () => {
    expect(csvRecord(['-1.5', ''])).toBe('-1.5,\r\n')
  })
  it('of any text is read back as it was', () => {
    const cellArb = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', 'é') }).map((text) => `x${text}`)
    fc.assert(
      fc.property(fc.array(cellArb, { minLength: 1 }), (cells) => {
        expect(readCsv(csvRecord(cells.map((text) => ({ text }))))).toEqual([cells])
      }),
    )
  })
})

describe('what is held, lot by lot', () => {
  it('says since when, at what cost, and what it would bring now', async () => {
    expect(await deskOf(HISTORY).lots()).toEqual([
      { asset: 'BTC', acquiredAt: day(5), heldDays: 95, amount: '0.5', cost: '25000', unrealized: '5000.00' },
    ])
  })
  it('says nothing about worth where nobody knows cost or price', async () => {
    const entries = [
      openingEntry(BTC, 'core', amount('1'), day(2)),
      openingEntry(XRP, 'core', amount('5'), day(1), price('2')),
    ]
    expect(await deskOf(entries).lots()).toMatchObject([
      { asset: 'XRP', cost: '10', unrealized: null },
      { asset: 'BTC', cost: null, unrealized: null },
    ])
  })
})

describe('a long ledger', () => {
  it('lets others work while it is written', async () => {
    const entries = Array.from({ length: 2_000 }, (_, i) => trade(i % 2 === 0 ? 'buy' : 'sell', '1', '100', i / 10))
    let turns = 0
    const others = setInterval(() => turns++, 0)
    const { rows } = await deskOf([MONEY, ...entries]).file('gains')
    clearInterval(others)
    expect(rows).toBe(1_000)
    expect(turns).toBeGreaterThan(2)
  })
})
