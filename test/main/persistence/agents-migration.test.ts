import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outputView } from '../../../src/main/api/agent-views.ts'
import type { Database } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { AgentOutputView } from '../../../src/shared/contract/agent-views.ts'
import { at, BTC_USDT, inFolder, MIGRATIONS, openOrThrow } from './builders.ts'

const TA = {
  symbol: 'BTC/USDT',
  at: 1_700_000_000_000,
  trend: 'up',
  momentum: 'rising',
  bias: 'long',
  confidence: 0.72,
  close: 37_000.5,
  indicators: { atr: 12.5, rsi: 61 },
  isNews: true,
}
const REGIME = {
  symbol: 'XRP/USDT',
  at: 1_700_000_300_000,
  regime: 'volatile_bear',
  confidence: 0.5,
  sizeMultiplier: 0.25,
  indicators: { choppiness: 40 },
  isNews: true,
}
const ROWS = [
  [3, 'technical_analysis', 'msg_1', 'BTC/USDT', TA.at, JSON.stringify(TA), '[]', 0.25],
  [7, 'regime_detection', 'msg_2', 'XRP/USDT', REGIME.at, JSON.stringify(REGIME), '["msg_1"]', 1.5],
]
const rowsOf = ({ sql }: Database): unknown => sql.prepare('SELECT * FROM agent_outputs ORDER BY seq').raw().all()

/** A database as the version before agents of any name left it, and the folder that it is in. */
function withOldDatabase(work: (file: string) => void): void {
  inFolder((folder) => {
    const migrations = join(folder, 'migrations')
    for (const name of readdirSync(MIGRATIONS).filter((name) => name < '005')) {
      cpSync(join(MIGRATIONS, name), join(migrations, name))
    }
    const file = join(folder, 'paper-simulated.db')
    const old = openOrThrow(file, migrations)
    const insert = old.sql.prepare('INSERT INTO agent_outputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    for (const row of ROWS) insert.run(...row)
    expect(() => insert.run(9, 'sentiment', 'msg_3', 'BTC/USDT', 1, '{}', '[]', 0)).toThrow('CHECK')
    old.close()
    work(file)
  })
}

describe('a database from before agents had any name', () => {
  it('keeps what they said, is sound, and is copied first', () => {
    withOldDatabase((file) => {
      const database = openOrThrow(file)
      expect(rowsOf(database)).toEqual(ROWS)
      expect(verifyDatabase(database)).toEqual([])
      database.close()
      expect(readdirSync(join(file, '..'))).toContain('paper-simulated.db.backup-before-005')
    })
  })

  it('shows it, and goes on after it', () => {
    withOldDatabase((file) => {
      const database = openOrThrow(file)
      const { agentOutputs, forecasts } = createStores(database)
      const views = ['technical_analysis', 'regime_detection'].flatMap((agent) =>
        agentOutputs.recent(agent, 9).map(outputView),
      )
      expect(views.map(({ symbol, word, bias, confidence }) => [symbol, word, bias, confidence])).toEqual([
        ['BTC/USDT', 'long', 'long', 0.72],
        ['XRP/USDT', 'volatile bear', 'short', 0.5],
      ])
      expect(AgentOutputView.array().safeParse(views).success).toBe(true)
      agentOutputs.add('donchian', 'msg_4' as never, { symbol: BTC_USDT, at: at(0) }, [], 0)
      expect(database.sql.prepare('SELECT max(seq) FROM agent_outputs').pluck().get()).toBe(8)
      expect([...forecasts.scored(), ...forecasts.waiting()]).toEqual([])
      database.close()
    })
  })
})
