import { answerTyped, CONFIRM_PATH, type Confirm } from '../api/transports/live-page.ts'
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

type WindowRequest = { readonly url: string; readonly method: string; text(): Promise<string> }

/** The answer to one request of the window. */
export async function respond(files: WindowFiles, confirm: Confirm, request: WindowRequest): Promise<Response> {
  const { url, method } = request
  const path = isWindowUrl(url) ? new URL(url).pathname : null
  if (path === CONFIRM_PATH && method === 'POST') {
    const { status, type, body } = await answerTyped(confirm, await request.text())
    return new Response(body, { status, headers: securityHeaders(type) })
  }
  const file = path !== null && method === 'GET' ? files.get(path) : undefined
  if (file === undefined) {
    return new Response('There is no such file.', { status: 404, headers: securityHeaders('text/plain') })
  }
  return new Response(new Uint8Array(file.body), { status: file.status, headers: securityHeaders(file.type) })
}
