import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { type Failure, fail, ok, type Result } from '../../../shared/result.ts'
import { failurePage } from '../failure-page.ts'

type WindowFile = { readonly status: number; readonly type: string; readonly body: Buffer }
/** By path of the URL, such as `/assets/index-1a2b.js`; `/` is the page. What is not listed does not exist. */
export type WindowFiles = ReadonlyMap<string, WindowFile>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** The page may load what came with it and talk to the engine, nothing else. Styles are set inline by its libraries. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every answer of both hosts. Pages are never stored: they show money. */
export function securityHeaders(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': type.startsWith('text/html') ? 'no-store' : 'no-cache',
  }
}

/**
 * Reads the built window once: a build while the engine runs cannot mix two versions, and since only what is listed
 * here is served, no path leads out of the folder. Links are left out. Error `window/not-built`.
 */
export function readWindowFiles(dir: string): Result<WindowFiles> {
  const files = new Map<string, WindowFile>()
  let entries: Dirent[]
  try {
    entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  } catch {
    entries = []
  }
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const type = TYPES[extname(entry.name).toLowerCase()] ?? 'application/octet-stream'
    files.set(`/${relative(dir, file).split(sep).join('/')}`, { status: 200, type, body: readFileSync(file) })
  }
  const page = files.get('/index.html')
  if (page === undefined) {
    return fail('window/not-built', `The window has not been built (${dir}): run \`npm run build\`.`)
  }
  return ok(files.set('/', page))
}

/** In place of the window when the engine did not start. */
export function failureFiles(failure: Failure): WindowFiles {
  return pageFiles(failurePage(failure))
}

/** A page in place of the window, and what it loads. */
export function pageFiles(html: string, scripts: Readonly<Record<string, string>> = {}): WindowFiles {
  const page = { status: 503, type: TYPES['.html'] ?? '', body: Buffer.from(html) }
  const loaded = Object.entries(scripts).map(([path, script]): [string, WindowFile] => [
    path,
    { status: 200, type: TYPES['.js'] ?? '', body: Buffer.from(script) },
  ])
  return new Map([['/', page], ['/index.html', page], ...loaded])
}
