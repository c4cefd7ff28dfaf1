import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONFIG = join(ROOT, '.dependency-cruiser.cjs')
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

type Violation = { rule: { name: string }; from: string; to: string }
type Report = { modules: unknown[]; summary: { violations: Violation[]; totalCruised: number } }

function cruise(folder: string): Report['summary'] {
  const options = { cwd: folder, encoding: 'utf8' as const, maxBuffer: 256_000_000, stdio: 'pipe' as const }
  const args = [CRUISER, '--config', CONFIG, '--output-type', 'json', 'src']
  const text = execFileSync(process.execPath, args, options)
  return (JSON.parse(text) as Report).summary
}

/** A house with the rooms of ours, one tiny file in each, and the libraries that our rules speak of. */
const HOUSE: Record<string, string> = {
  'tsconfig.json':
    '{ "compilerOptions": { "module": "preserve", "allowImportingTsExtensions": true, "noEmit": true } }',
  'package.json': '{ "type": "module" }',
  'src/shared/money.ts': '',
  'src/shared/contract/contract.ts': '',
  'src/shared/contract/derive.ts': '',
  'src/main/app.ts': '',
  'src/main/ports.ts': '',
  'src/main/index.ts': '',
  'src/main/desktop/tray.ts': '',
  'src/main/domain/order.ts': '',
  'src/main/bus/bus.ts': '',
  'src/main/bus/topics.ts': '',
  'src/main/market-data/candles.ts': '',
  'src/main/agents/analyst.ts': '',
  'src/main/coordinator/coordinator.ts': '',
  'src/main/rebalancing/rebalancer.ts': '',
  'src/main/approval/desk.ts': '',
  'src/main/execution/executor.ts': '',
  'src/main/accounting/accounting.ts': '',
  'src/main/tracking/tracker.ts': '',
  'src/main/safety/kill.ts': '',
  'src/main/persistence/orders.ts': '',
  'src/main/adapters/kraken/kraken.ts': '',
  'src/main/adapters/paper/paper.ts': '',
  'src/main/api/handlers.ts': '',
  'src/preload/preload.ts': '',
  'src/renderer/room.tsx': '',
  'test/support.ts': '',
}
const LIBRARIES = [
  'zod',
  'big.js',
  'electron',
  'better-sqlite3',
  'ccxt',
  'openai',
  '@anthropic-ai/sdk',
  'trading-signals',
  'react',
  'ws',
]
// A value and nothing else: enough for any import, of a type too.
const FILE = 'export const thing = 1\nexport type Thing = number\n'

function build(imports: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-layers-'))
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  for (const [path, content] of Object.entries(HOUSE)) write(path, content || FILE)
  for (const name of LIBRARIES) {
    const description = { name, version: '1.0.0', main: 'index.js', types: 'index.d.ts' }
    write(`node_modules/${name}/package.json`, JSON.stringify(description))
    write(`node_modules/${name}/index.js`, 'module.exports = { thing: 1 }\n')
    write(`node_modules/${name}/index.d.ts`, FILE)
  }
  for (const [path, line] of Object.entries(imports)) write(path, `${line}\n${FILE}`)
  return folder
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function violationsOf(imports: Record<string, string>): string[] {
  const folder = build(imports)
  folders.push(folder)
  return cruise(folder).violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

/** For each rule what may not be imported: the rule, the importing file, the import, and what it resolves to. */
const BAD: readonly (readonly [rule: string, from: string, line: string])[] = [
  ['no-cycles', 'src/shared/contract/contract.ts', "import { thing as other } from '../money.ts'"],
  ['shared', 'src/shared/contract/derive.ts', "import type { Thing as Other } from '../../main/domain/order.ts'"],
  ['shared', 'src/shared/ids.ts', "import { readFileSync } from 'node:fs'"],
  ['shared', 'src/shared/time.ts', "import { thing as other } from 'react'"],
  ['domain', 'src/main/domain/ledger.ts', "import { thing as other } from 'zod'"],
  ['domain', 'src/main/domain/lots.ts', "import { createHash } from 'node:crypto'"],
  ['domain', 'src/main/domain/gate.ts', "import type { Thing as Other } from '../ports.ts'"],
  ['ports', 'src/main/ports.ts', "import type { Thing as Other } from './adapters/kraken/kraken.ts'"],
  ['bus', 'src/main/bus/ring.ts', "import type { Thing as Other } from '../agents/analyst.ts'"],
  [
    'service-market-data',
    'src/main/market-data/feed.ts',
    "import { thing as other } from '../adapters/paper/paper.ts'",
  ],
  ['service-agents', 'src/main/agents/regime.ts', "import { thing as other } from '../market-data/candles.ts'"],
  ['service-agents', 'src/main/agents/writer.ts', "import { thing as other } from 'openai'"],
  ['service-coordinator', 'src/main/coordinator/desk.ts', "import { thing as other } from '../persistence/orders.ts'"],
  ['service-rebalancing', 'src/main/rebalancing/plan.ts', "import { thing as other } from '../execution/executor.ts'"],
  ['service-approval', 'src/main/approval/hash.ts', "import type { Thing as Other } from '../execution/executor.ts'"],
  ['service-execution', 'src/main/execution/books.ts', "import { thing as other } from 'ccxt'"],
  ['service-execution', 'src/main/execution/clock.ts', "import { setTimeout } from 'node:timers/promises'"],
  ['service-accounting', 'src/main/accounting/lots.ts', "import type { Thing as Other } from '../execution/books.ts'"],
  ['service-safety', 'src/main/safety/sentinel.ts', "import { readFileSync } from 'node:fs'"],
  ['service-tracking', 'src/main/tracking/equity.ts', "import { thing as other } from 'trading-signals'"],
  ['persistence', 'src/main/persistence/fills.ts', "import { thing as other } from '../bus/bus.ts'"],
  ['persistence', 'src/main/persistence/ledger.ts', "import { thing as other } from 'ccxt'"],
  ['adapters', 'src/main/adapters/kraken/feed.ts', "import type { Thing as Other } from '../../bus/bus.ts'"],
  ['adapters', 'src/main/adapters/kraken/store.ts', "import { thing as other } from '../../persistence/orders.ts'"],
  ['adapters-apart', 'src/main/adapters/paper/matching.ts', "import { thing as other } from '../kraken/kraken.ts'"],
  ['api', 'src/main/api/views.ts', "import type { Thing as Other } from '../persistence/orders.ts'"],
  ['api', 'src/main/api/orders.ts', "import { thing as other } from '../adapters/kraken/kraken.ts'"],
  ['api-knows-services-by-type', 'src/main/api/calls.ts', "import { thing as other } from '../execution/executor.ts'"],
  ['electron-stays-in-the-desktop-host', 'src/main/app.ts', "import { thing as other } from 'electron'"],
  ['electron-stays-in-the-desktop-host', 'src/renderer/menu.tsx', "import { thing as other } from 'electron'"],
  ['preload', 'src/preload/bridge.ts', "import { thing as other } from '../shared/money.ts'"],
  ['preload', 'src/preload/door.ts', "import { thing as other } from '../main/app.ts'"],
  ['renderer', 'src/renderer/order.tsx', "import type { Thing as Other } from '../main/domain/order.ts'"],
  ['renderer', 'src/renderer/quotes.tsx', "import { thing as other } from 'ccxt'"],
  ['renderer', 'src/renderer/bridge.tsx', "import { thing as other } from '../preload/preload.ts'"],
  ['renderer-without-node', 'src/renderer/file.tsx', "import { readFileSync } from 'node:fs'"],
  ['no-tests-in-the-product', 'src/main/serve.ts', "import { thing as other } from '../../test/support.ts'"],
]

/** What each room may import; nothing fires for it. */
const GOOD: Record<string, string> = {
  'src/shared/ids.ts':
    "import { thing as a } from 'zod'\nimport { thing as b } from 'big.js'\nimport { thing as c } from './money.ts'",
  'src/main/domain/ledger.ts':
    "import { thing as a } from '../../shared/money.ts'\nimport { thing as b } from './order.ts'",
  'src/main/bus/ring.ts': "import { thing as a } from '../domain/order.ts'",
  'src/main/agents/regime.ts':
    "import { thing as a } from 'trading-signals'\nimport { thing as b } from '../ports.ts'\nimport { thing as c } from '../bus/bus.ts'",
  'src/main/persistence/fills.ts':
    "import { thing as a } from 'better-sqlite3'\nimport { readFileSync } from 'node:fs'\nimport type { Thing as T } from '../bus/topics.ts'",
  'src/main/adapters/kraken/feed.ts':
    "import { thing as a } from 'ccxt'\nimport { thing as b } from './kraken.ts'\nimport { thing as c } from '../../ports.ts'\nimport { connect } from 'node:net'",
  'src/main/api/views.ts':
    "import type { Thing as T } from '../execution/executor.ts'\nimport { thing as a } from '../bus/bus.ts'",
  'src/main/desktop/menu.ts': "import { thing as a } from 'electron'",
  'src/preload/bridge.ts':
    "import { thing as a } from 'electron'\nimport { thing as b } from '../shared/contract/contract.ts'",
  'src/renderer/order.tsx': "import { thing as a } from 'react'\nimport { thing as b } from '../shared/money.ts'",
}

describe('who may import whom', () => {
  it('is kept by every file there is', () => {
    const { violations, totalCruised } = cruise(ROOT)
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
    expect(totalCruised).toBeGreaterThan(100)
  })

  it('allows what the table allows', () => {
    expect(violationsOf(GOOD)).toEqual([])
  })

  it('refuses one bad import after another, each by the rule that speaks of it', () => {
    // The other half of the cycle, which is reported once.
    const cycle = { 'src/shared/money.ts': "import { thing as other } from './contract/contract.ts'" }
    const found = violationsOf({ ...Object.fromEntries(BAD.map(([, from, line]) => [from, line])), ...cycle })
    for (const [rule, from, line] of BAD) {
      const own = found.filter((text) => text.startsWith(`${rule}: ${from} → `))
      expect({ rule, from, line, fired: own.length > 0 }).toEqual({ rule, from, line, fired: true })
    }
  })

  it('has a bad import planted for every rule that is written down', () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: { name: string }[] }
    expect([...new Set(BAD.map(([rule]) => rule))].sort()).toEqual(forbidden.map(({ name }) => name).sort())
  })
})
