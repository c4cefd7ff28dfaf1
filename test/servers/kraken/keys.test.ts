import { describe, expect, it } from 'vitest'
import { apiKeyNamed, TRADING_PERMISSIONS } from './keys.ts'
import { signatureOf } from './signatures.ts'
import { connect, startBoth, startServer } from './test-server.ts'

describe('a key of the Kraken server', () => {
  it('signs as Kraken documents it', () => {
    // Source: Kraken, "REST authentication", the worked example.
    const secret = 'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=='
    const body = 'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25'
    expect(signatureOf(secret, '/0/private/AddOrder', '1616492376594', body)).toBe(
      '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
    )
  })

  it('is refused with another’s secret, and when nobody knows it', async () => {
    const server = await startServer()
    const forged = await connect(server, { secret: Buffer.from('somebody else').toString('base64') })
    await expect(forged.fetchBalance()).rejects.toThrow('EAPI:Invalid signature')
    forged.apiKey = 'unknown'
    await expect(forged.fetchBalance()).rejects.toMatchObject({ name: 'AuthenticationError' })
  })

  it('is refused when its nonce does not rise, and what was asked then has no effect', async () => {
    const { server, kraken } = await startBoth()
    await kraken.fetchBalance()
    const last = server.requests.all('BalanceEx').at(-1)?.params.nonce
    kraken.nonce = () => Number(last)
    await expect(kraken.createOrder('BTC/USDT', 'limit', 'buy', 0.1, 49_000)).rejects.toMatchObject({
      name: 'InvalidNonce',
    })
    expect(server.venue.openOrders()).toEqual([])
  })

  it('may only do what it was given for', async () => {
    const { server, kraken } = await startBoth()
    server.setPermissions(TRADING_PERMISSIONS.filter((permission) => permission !== 'modify-trades'))
    await expect(kraken.createOrder('BTC/USDT', 'limit', 'buy', 0.1, 49_000)).rejects.toMatchObject({
      name: 'PermissionDenied',
    })
    expect(await kraken.fetchOpenOrders()).toEqual([])
  })

  it('tells what it may do, withdrawing included', async () => {
    const server = await startServer({
      keys: [apiKeyNamed('the careless', [...TRADING_PERMISSIONS, 'withdraw-funds'])],
    })
    const kraken = await connect(server)
    const { result } = (await kraken.privatePostGetApiKeyInfo()) as { result: { permissions: string[] } }
    expect(result.permissions).toContain('withdraw-funds')
    expect(TRADING_PERMISSIONS).not.toContain('withdraw-funds')
  })
})
