import { securityHeaders, type WindowFiles } from '../api/transports/window-files.ts'

/*
 * The window is loaded over a scheme of its own instead of `file:`: only what was built is served, under an origin that
 * is ours alone, and with the same headers as in a browser, which `file:` would not take.
 */
export const SCHEME = 'triplegain'
export const WINDOW_URL = `${SCHEME}://app/`
export const PRIVILEGES = { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }

export function isWindowUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url)
    return protocol === `${SCHEME}:` && host === 'app'
  } catch {
    return false
  }
}

/** The answer to one request of the window. */
export function respond(files: WindowFiles, { url, method }: { url: string; method: string }): Response {
  const file = isWindowUrl(url) && method === 'GET' ? files.get(new URL(url).pathname) : undefined
  if (file === undefined) {
    return new Response('There is no such file.', { status: 404, headers: securityHeaders('text/plain') })
  }
  return new Response(new Uint8Array(file.body), { status: file.status, headers: securityHeaders(file.type) })
}
