/*
 * Who may import whom: the table of the architecture, one rule per row. test/layers.test.ts plants a bad import per row.
 * Each row lists what the room may import; everything else is an error.
 */
const NODE = '^(node:.*|[a-z_/]+)$'
const row = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { pathNot: allowed },
})
const lib = (...names) => names.map((name) => `^node_modules/${name}/`)
const own = (...rooms) => rooms.map((room) => `^src/${room}`)

const services = [
  'market-data',
  'agents',
  'coordinator',
  'rebalancing',
  'approval',
  'execution',
  'accounting',
  'tracking',
  'safety',
]
const coreRooms = own('shared/', 'main/domain/', 'main/bus/', 'main/ports\\.ts$')

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src' },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    row(
      'shared',
      '^src/shared/',
      [...own('shared/'), ...lib('zod', 'big\\.js', '@types/big\\.js')],
      'No Node, no DOM.',
    ),
    row('domain', '^src/main/domain/', own('shared/', 'main/domain/'), 'Pure rules: no library, no other room.'),
    row('ports', '^src/main/ports\\.ts$', coreRooms, 'The words of the services.'),
    row('bus', '^src/main/bus/', coreRooms, 'Facts between services.'),
    ...services.map((room) =>
      row(
        `service-${room}`,
        `^src/main/${room}/`,
        [
          ...coreRooms,
          `^src/main/${room}/`,
          ...(room === 'agents' ? lib('trading-signals', 'zod') : room === 'coordinator' ? lib('cockatiel') : []),
        ],
        'Services never import each other, persistence or adapters.',
      ),
    ),
    row(
      'persistence',
      '^src/main/persistence/',
      [
        ...own('shared/', 'main/domain/', 'main/ports\\.ts$', 'main/bus/topics\\.ts$', 'main/persistence/'),
        ...lib('better-sqlite3', '@types/better-sqlite3', 'zod'),
        NODE,
      ],
      'Speaks SQL and the words of the domain.',
    ),
    row(
      'adapters',
      '^src/main/adapters/',
      [...own('shared/', 'main/domain/', 'main/ports\\.ts$', 'main/adapters/'), '^node_modules/(?!electron/)', NODE],
      'Each translates one outside and decides nothing.',
    ),
    {
      name: 'adapters-apart',
      severity: 'error',
      comment: 'One adapter does not know another.',
      from: { path: '^src/main/adapters/([^/]+)/' },
      to: { path: '^src/main/adapters/', pathNot: '^src/main/adapters/$1/' },
    },
    {
      name: 'api',
      severity: 'error',
      comment: 'Translates between contract and services; types of services only.',
      from: { path: '^src/main/api/' },
      to: { path: '^src/main/(persistence|adapters)/|^node_modules/electron/' },
    },
    {
      name: 'api-knows-services-by-type',
      severity: 'error',
      comment: 'What the api calls is handed to it.',
      from: { path: '^src/main/api/' },
      to: { path: `^src/main/(${services.join('|')})/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'electron-stays-in-the-desktop-host',
      severity: 'error',
      comment: 'The engine runs without Electron.',
      from: { path: '^src/', pathNot: '^src/main/(index\\.ts$|desktop/)|^src/preload/' },
      to: { path: '^node_modules/electron/|^electron$' },
    },
    row(
      'preload',
      '^src/preload/',
      [...own('shared/contract/', 'preload/'), '^node_modules/electron/', '^electron$'],
      'A doorman: the contract and nothing else.',
    ),
    {
      name: 'renderer',
      severity: 'error',
      comment: 'The window knows the contract, not the engine.',
      from: { path: '^src/renderer/' },
      to: { path: '^src/(main|preload)/|^node_modules/(electron|better-sqlite3|ccxt|openai|@anthropic-ai)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
