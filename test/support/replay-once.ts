import { inspectRecordings } from '../../src/main/adapters/recorded/recorded-feed.ts'
import { CONFIG_DIR } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { REPLAY_SETTINGS, type ReplayOptions, type ReplayResult, runReplay } from '../../src/main/replay-run.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs } from '../../src/shared/time.ts'

export type ReplayCase = {
  readonly files: Readonly<Record<string, string>>
  readonly from?: string
  readonly to?: string
  readonly balance: Readonly<Record<string, string>>
  readonly bags?: Readonly<Record<string, string>>
  readonly set?: readonly string[]
  readonly agentsOn?: boolean
  readonly openNews?: ReplayOptions['openNews']
  readonly onStep?: NonNullable<ReplayOptions['onStep']>
}

/** A replay as the command line runs it, with everything approved at once. Throws on any failure. */
export async function replayOnce(test: ReplayCase): Promise<ReplayResult> {
  const settings = loadSettings(CONFIG_DIR, [
    ...REPLAY_SETTINGS,
    ...['BTC', 'XRP', 'USDT'].flatMap((asset) => [
      `portfolio.paper.core.${asset}=${test.balance[asset] ?? '0'}`,
      `portfolio.paper.bags.${asset}=${test.bags?.[asset] ?? '0'}`,
    ]),
    'portfolio.approval.rebalance=auto',
    'portfolio.approval.tactical=auto',
    ...(test.set ?? []),
  ])
  if (!settings.ok) throw new Error(settings.error.message)
  const recordings = await inspectRecordings(
    Object.entries(test.files).map(([symbol, file]) => ({ symbol: pair(symbol), file })),
  )
  if (!recordings.ok) throw new Error(recordings.error.message)
  const result = await runReplay({
    openNews: test.openNews ?? (() => []),
    settings: settings.value,
    recordings: recordings.value,
    from: test.from === undefined ? null : epochMs(Date.parse(test.from)),
    to: test.to === undefined ? null : epochMs(Date.parse(test.to)),
    agentsOn: test.agentsOn ?? false,
    seed: 1,
    ...(test.onStep === undefined ? {} : { onStep: test.onStep }),
  })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
