import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * HMAC-SHA512(path + SHA256(nonce + body)) under the base64-decoded secret, as base64.
 *
 * Source: Kraken, "REST authentication".
 */
export function signatureOf(secret: string, path: string, nonce: string, body: string): string {
  const digest = createHash('sha256')
    .update(nonce + body)
    .digest()
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest).digest('base64')
}

export function isSignedWith(secret: string, path: string, nonce: string, body: string, signature: string): boolean {
  const [expected, given] = [Buffer.from(signatureOf(secret, path, nonce, body)), Buffer.from(signature)]
  return expected.length === given.length && timingSafeEqual(expected, given)
}
