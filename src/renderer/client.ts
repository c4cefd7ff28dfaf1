import { type Client, createClient, type Transport } from '../shared/contract/derive.ts'
import { type Link, openSocketLink } from './socket-link.ts'

declare global {
  interface Window {
    /** The preload's doorman; absent in a browser. */
    readonly triplegain?: Transport
  }
}

/** Inside Electron the engine is always there: what it does not answer shows in the answers. */
function openLink(): Link {
  const doorman = window.triplegain
  if (doorman !== undefined) {
    return {
      transport: doorman,
      onState(listener) {
        listener('open')
        return () => {}
      },
    }
  }
  const { protocol, host } = window.location
  return openSocketLink(`${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/api`)
}

export const link: Link = openLink()
export const client: Client = createClient(link.transport)
