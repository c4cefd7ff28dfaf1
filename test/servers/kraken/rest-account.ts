import { type Amount, decimal, toText, ZERO } from '../../../src/shared/money.ts'
import { type Answer, answer, atLeast, isTrue, type Params, refuse, secondsOf } from './answer.ts'
import type { Desk } from './desk.ts'
import type { ApiKey } from './keys.ts'
import { ledgerLines } from './ledger-lines.ts'
import { assetId } from './names.ts'
import { period } from './rest-history.ts'
import { txidOf } from './txid.ts'

const PAGE = 50

/** Balances, fees, positions and the key itself, by the last part of the path. */
export function accountEndpoints(desk: Desk, issueToken: (key: ApiKey) => string) {
  const { clock, venue, markets, keys } = desk
  const text = (value: Amount): string => atLeast(toText(value), 10)

  const balance = (): Answer =>
    answer(Object.fromEntries([...venue.holdings()].map(([code, { total }]) => [assetId(code), text(total)])))

  const balanceEx = (): Answer =>
    answer(
      Object.fromEntries(
        [...venue.holdings()].map(([code, { total, held }]) => [
          assetId(code),
          { balance: text(total), hold_trade: text(held) },
        ]),
      ),
    )

  function ledgers(params: Params): Answer {
    const assets = params.asset === undefined || params.asset === 'all' ? null : params.asset.split(',')
    const all = ledgerLines(desk, Number.MAX_SAFE_INTEGER)
    const isWithin = period(params, (txid) => all.find(({ id }) => id === txid)?.at ?? null)
    const found = all.filter(
      ({ at, assetCode, type }) =>
        isWithin(at) &&
        (assets === null || assets.includes(assetId(assetCode))) &&
        (params.type === undefined || params.type === 'all' || params.type === type),
    )
    const from = Number(params.ofs ?? 0)
    const lines = found.slice(from, from + PAGE).map((line) => [
      line.id,
      {
        aclass: 'currency',
        amount: text(line.amount),
        asset: assetId(line.assetCode),
        balance: text(line.balance),
        fee: text(line.fee),
        refid: line.refid,
        time: secondsOf(line.at),
        type: line.type,
        subtype: line.subtype,
      },
    ])
    const count = isTrue(params.without_count) ? {} : { count: found.length }
    return answer({ ledger: Object.fromEntries(lines), ...count })
  }

  const openPositions = (): Answer =>
    answer(
      Object.fromEntries(
        venue.marginPositions().map((position, i) => [
          txidOf('T', POSITIONS_FROM + i + 1),
          {
            ordertxid: txidOf('O', POSITIONS_FROM + i + 1),
            pair: markets.of(position.symbol).names.id,
            time: secondsOf(clock.now()),
            type: position.amount.gt(ZERO) ? 'buy' : 'sell',
            ordertype: 'market',
            cost: atLeast(toText(position.cost), 5),
            fee: '0.00000',
            vol: atLeast(toText(position.amount.abs()), 8),
            vol_closed: '0.00000000',
            margin: atLeast(toText(position.margin), 5),
            posstatus: 'open',
            terms: '0.0200% per 4 hours',
            rollovertm: '0',
          },
        ]),
      ),
    )

  function tradeVolume(params: Params): Answer {
    const named = (params.pair ?? '').split(',').filter((name) => name !== '')
    const found = named.map((name) => markets.named(name))
    if (found.includes(null)) return refuse('EQuery:Unknown asset pair')
    const fees = (which: 'takerFee' | 'makerFee') =>
      Object.fromEntries(
        found.flatMap((market) => {
          if (market === null) return []
          const fee = market.rules[which].times(decimal('100')).toFixed(4)
          const tier = { fee, min_fee: fee, max_fee: fee, next_fee: null, next_volume: null, tier_volume: '0.0000' }
          return [[market.names.id, tier]]
        }),
      )
    return answer({ currency: 'ZUSD', volume: '0.0000', fees: fees('takerFee'), fees_maker: fees('makerFee') })
  }

  const getWebSocketsToken = (_: Params, key: ApiKey): Answer =>
    answer({ token: issueToken(key), expires: TOKEN_LIFE_S })

  const getApiKeyInfo = (_: Params, key: ApiKey): Answer =>
    answer({
      apiKeyName: 'triplegain',
      apiKey: key.key,
      nonce: String(keys.lastNonce(key.key)),
      nonceWindow: 0,
      permissions: key.permissions,
      iban: 'AA88 N84G WOAK NMOI',
      validUntil: '0',
      queryFrom: '0',
      queryTo: '0',
      createdTime: '1772542900',
      modifiedTime: '1772543095',
      ipAllowlist: [],
      lastUsed: String(Math.floor(clock.now() / 1_000)),
    })

  return {
    Balance: balance,
    BalanceEx: balanceEx,
    Ledgers: ledgers,
    OpenPositions: openPositions,
    TradeVolume: tradeVolume,
    GetWebSocketsToken: getWebSocketsToken,
    GetApiKeyInfo: getApiKeyInfo,
  }
}
const POSITIONS_FROM = 2_000_000_000

/** How long a token opens a socket that is not open yet, in seconds. */
export const TOKEN_LIFE_S = 900
