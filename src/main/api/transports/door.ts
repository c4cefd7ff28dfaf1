import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What is looked at of a request or a WebSocket's opening. */
export type Caller = {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly cookie?: string | undefined
}

/**
 * Who may come in over the loopback interface, where every program and every page of every browser on the machine can
 * knock: Host keeps out names that were rebound to 127.0.0.1, Origin keeps out other pages, the token other users.
 */
export class Door {
  /** New at every launch, 256 bits. */
  readonly token = randomBytes(32).toString('base64url')
  private readonly hosts: readonly string[]
  private readonly cookieName: string

  constructor(port: number) {
    const names = ['127.0.0.1', 'localhost']
    this.hosts = names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))
    // Cookies do not know ports: two TripleGains must not overwrite each other's.
    this.cookieName = `triplegain-${port}`
  }

  isOurHost({ host }: Caller): boolean {
    return host !== undefined && this.hosts.includes(host.toLowerCase())
  }

  /** Browsers always send an Origin with a WebSocket, and leave it out when they navigate. */
  isOurOrigin({ host, origin }: Caller, absent: 'allowed' | 'refused'): boolean {
    if (origin === undefined) return absent === 'allowed'
    return origin.toLowerCase() === `http://${host?.toLowerCase()}`
  }

  isToken(text: string): boolean {
    return timingSafeEqual(digest(text), digest(this.token))
  }

  hasCookie({ cookie }: Caller): boolean {
    return (cookie ?? '').split(';').some((pair) => {
      const at = pair.indexOf('=')
      return pair.slice(0, at).trim() === this.cookieName && this.isToken(pair.slice(at + 1).trim())
    })
  }

  /** For `Set-Cookie`. It ends with the browser's session, and with the launch whose token it is. */
  cookie(): string {
    return `${this.cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`
  }
}

/** Digests have one length, which `timingSafeEqual` needs and which hides that of the token. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
