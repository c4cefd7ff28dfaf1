import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limitedFetch } from '../../src/shared/limited-fetch.ts'

const LIMIT = 100_000
let server: Server
let sent = 0
let url = ''

beforeEach(async () => {
  sent = 0
  server = createServer((request, response) => {
    const bytes = Number(request.url?.slice(1))
    response.writeHead(201, { 'content-type': 'text/plain' })
    const write = (): void => {
      while (sent < bytes && !response.destroyed) {
        const chunk = Buffer.alloc(Math.min(10_000, bytes - sent), 'x')
        sent += chunk.length
        if (!response.write(chunk)) {
          response.once('drain', write)
          return
        }
      }
      response.end()
    }
    write()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

describe('an answer from the web', () => {
  it('comes whole up to the limit, with its status and headers', async () => {
    const response = await limitedFetch(LIMIT)(`${url}/${LIMIT}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([201, 'text/plain'])
    expect(await response.text()).toHaveLength(LIMIT)
  })

  it('breaks off after it, and is not read to its end', async () => {
    const enormous = 300_000_000
    const response = await limitedFetch(LIMIT)(`${url}/${enormous}`)
    await expect(response.text()).rejects.toThrow('more than 100000 bytes')
    expect(sent).toBeLessThan(enormous)
  })
})
