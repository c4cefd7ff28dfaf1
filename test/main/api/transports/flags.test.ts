import { describe, expect, it } from 'vitest'
import { defaultDataDir, parseFlags } from '../../../../src/main/api/transports/flags.ts'

const machine = { platform: 'linux', env: {}, home: '/home/ann' }
const parse = (...args: string[]) => parseFlags(args, machine)

describe('flags', () => {
  it('have defaults that need no key and no file', () => {
    expect(parse()).toEqual({
      ok: true,
      value: {
        help: false,
        port: 0,
        dataDir: '/home/ann/.local/share/triplegain',
        configDir: null,
        market: 'simulated',
        speed: null,
        seed: null,
        candles: [],
        confirmLive: null,
      },
    })
  })

  it('hand on the phrase of live mode as it was given: the engine is the judge of it', () => {
    for (const given of ['I understand', '', '--help']) {
      expect(parse(`--confirm-live=${given}`)).toMatchObject({ ok: true, value: { confirmLive: given, help: false } })
    }
  })

  it('are read as given', () => {
    const given = '--port 8080 --data-dir d --config-dir=c --market simulated --speed 0.5 --seed 9'.split(' ')
    expect(parse(...given)).toMatchObject({
      ok: true,
      value: { port: 8080, dataDir: 'd', configDir: 'c', market: 'simulated', speed: 0.5, seed: 9 },
    })
  })

  it('take a recording for each pair, with the flag once or each time', () => {
    const candles = [
      { symbol: 'BTC/USDT', file: 'b=1.csv' },
      { symbol: 'XRP/USDT', file: 'x.csv' },
    ]
    const recorded = ['--market', 'recorded', '--candles', 'BTC/USDT=b=1.csv']
    expect(parse(...recorded, '--candles', 'XRP/USDT=x.csv')).toMatchObject({ ok: true, value: { candles } })
    expect(parse(...recorded, 'XRP/USDT=x.csv')).toMatchObject({ ok: true, value: { candles } })
  })

  it.each([
    [['--prot', '1'], '--prot'],
    [['stray'], 'stray'],
    [['--port'], '--port'],
    [['--port', '65536'], '--port 65536'],
    [['--port', '-1'], '--port'],
    [['--port', '8e3'], '--port 8e3'],
    [['--data-dir='], '--data-dir'],
    [['--config-dir', ''], '--config-dir'],
    [['--market', 'binance'], '--market binance'],
    [['--market', 'recorded'], '--candles'],
    [['--speed', '0'], '--speed 0'],
    [['--speed', 'fast'], '--speed fast'],
    [['--speed', '100001'], '--speed 100001'],
    [['--seed', '1.5'], '--seed 1.5'],
    [['--seed', '2147483648'], '--seed'],
    [['--candles', 'BTC/USDT=b.csv'], '--market recorded'],
    [['--market', 'recorded', '--candles', 'b.csv'], '--candles b.csv'],
    [['--market', 'recorded', '--candles', 'BTC/USDT='], '--candles BTC/USDT='],
    [['--market', 'recorded', '--candles', 'btc=b.csv'], '--candles btc=b.csv'],
    [['--market', 'recorded', '--candles', 'BTC/USDT=a', 'BTC/USDT=b'], 'each pair once'],
    [['--confirm-live'], '--confirm-live'],
    [['--help=yes'], '--help'],
  ])('refuse %j in one line that names it', (args, named) => {
    const parsed = parse(...args)
    expect(parsed).toMatchObject({ ok: false, error: { code: 'flags/invalid' } })
    const message = parsed.ok ? '' : parsed.error.message
    expect(message).toContain(named)
    expect(message).not.toContain('\n')
  })
})

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/ann/.local/share/triplegain'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/triplegain'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ann/.local/share/triplegain'],
    ['linux', { XDG_DATA_HOME: '' }, '/home/ann/.local/share/triplegain'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/ann/Library/Application Support/triplegain'],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(defaultDataDir({ platform, env, home: '/home/ann' })).toBe(expected)
  })

  it('on Windows is in the roaming profile', () => {
    const at = defaultDataDir({ platform: 'win32', env: { APPDATA: '/roaming' }, home: '/home/ann' })
    expect(at).toBe('/roaming/triplegain')
  })
})
