import { createHash } from 'node:crypto'

/** A secret that opens nothing: wherever it turns up, the real one of its place would have. */
export type Canary = { readonly name: string; readonly text: string }

/** Always the same for a name; not one of its bytes stands elsewhere by chance. */
const bytesOf = (name: string): Buffer => createHash('sha512').update(`a canary: ${name}`).digest()
const base64 = (name: string, length: number): string => bytesOf(name).subarray(0, length).toString('base64')
const base64url = (name: string): string => bytesOf(name).toString('base64url')
/** Letters only: what looks for made-up numbers in a model's answer must not be what stops it. */
const letters = (name: string, length: number): string =>
  Array.from(bytesOf(name).subarray(0, length), (byte) => String.fromCharCode(0x61 + (byte % 26))).join('')
const hex = (name: string, length: number): string => bytesOf(name).subarray(0, length).toString('hex')

/** Each in the form in which such a secret really comes. */
export const CANARIES = {
  krakenKey: base64('Kraken key', 42),
  krakenSecret: base64('Kraken secret', 64),
  /** Not base64, as after a slip of the hand. */
  krakenMalformed: `${base64url('a secret of the wrong form').slice(0, 50)}-_!`,
  deepseekKey: `sk-${letters('DeepSeek', 32)}`,
  claudeKey: `sk-ant-api03-${letters('Claude', 40)}_${letters('Claude, continued', 50)}`,
  openaiKey: `sk-proj-${base64url('OpenAI').slice(0, 48)}`,
  openaiAdminKey: `sk-admin-${base64url('OpenAI, administration').slice(0, 48)}`,
  openaiHeader: base64url('a header meant for OpenAI').slice(0, 40),
  claudeToken: `sk-ant-oat01-${base64url('Claude, subscription').slice(0, 60)}`,
  claudeHeader: base64url('a header meant for Claude').slice(0, 40),
  passwordInUrl: hex('in an address', 12),
  passwordOfProxy: hex('of a proxy', 12),
  pastedIntoSettings: `${base64url('pasted into a file of settings').slice(0, 44)}`,
  typedAsPhrase: base64url('typed where the phrase belongs').slice(0, 44),
} as const satisfies Record<string, string>

export const canary = (name: keyof typeof CANARIES): Canary => ({ name, text: CANARIES[name] })
export const ALL_CANARIES: readonly Canary[] = Object.entries(CANARIES).map(([name, text]) => ({ name, text }))

/** An environment that holds every secret the product reads, and those that its libraries read by themselves. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  KRAKEN_API_KEY: CANARIES.krakenKey,
  KRAKEN_API_SECRET: CANARIES.krakenSecret,
  DEEPSEEK_API_KEY: CANARIES.deepseekKey,
  ANTHROPIC_API_KEY: CANARIES.claudeKey,
  ANTHROPIC_AUTH_TOKEN: CANARIES.claudeToken,
  ANTHROPIC_CUSTOM_HEADERS: `X-Gateway: ${CANARIES.claudeHeader}\nX-Api-Key: ${CANARIES.claudeToken}`,
  ANTHROPIC_LOG: 'debug',
  OPENAI_API_KEY: CANARIES.openaiKey,
  OPENAI_ADMIN_KEY: CANARIES.openaiAdminKey,
  OPENAI_CUSTOM_HEADERS: `X-Gateway: ${CANARIES.openaiHeader}\nAuthorization: Bearer ${CANARIES.openaiKey}`,
  OPENAI_LOG: 'debug',
  DEBUG: '*',
  HTTP_PROXY: `http://trader:${CANARIES.passwordOfProxy}@127.0.0.1:9`,
  HTTPS_PROXY: `http://trader:${CANARIES.passwordOfProxy}@127.0.0.1:9`,
}
