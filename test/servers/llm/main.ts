import { parseArgs } from 'node:util'
import { NAMED_ANSWERS } from './named-answers.ts'
import { listsModels, MODELS, type Provider, type Reply } from './replies.ts'
import { readScript, type Script, type ScriptedAnswer } from './script-file.ts'
import { type LlmServer, startLlmServer } from './server.ts'

const HELP = `DeepSeek and Claude to try models on: they answer what a script says, and cost nothing.

npm run llm-server -- --script FILE [options]
  --script FILE  which answers come in which order, in YAML; one to begin with is test/servers/llm/try-it.yaml
  --port N       where it listens on this machine, 0 for any free port (default 7440)
  --help         this text

A script names the answers of each provider in their order, and the last one is repeated from then on:

  deepseek:
    - right: {option: half_size}
    - slow: {seconds: 20}
    - 500
  claude:
    - right

The answers are
${Object.keys(NAMED_ANSWERS)
  .map((name) => `  ${name}`)
  .join('\n')}
right fits whatever is asked: it chooses the option it is given, else the first that the case offers.
slow needs its seconds and may be given an option; 429 with retry-after may be given its seconds (30 unless given).`

/** Opens nothing; without a word in it that an answer may contain, since keys are taken out of answers. */
const DUMMY_KEY = 'sk-0000000000000000'
const PROVIDERS: readonly Provider[] = ['deepseek', 'claude']

type Flags = { readonly script: string; readonly port: number }

async function main(): Promise<number> {
  let flags: Flags | null
  try {
    flags = flagsOf()
  } catch (error) {
    return complain(`${error instanceof Error ? error.message.split('. ')[0] : error} (see --help)`, 2)
  }
  if (flags === null) {
    console.log(HELP)
    return 0
  }
  const script = readScript(flags.script)
  if (!script.ok) return complain(script.error.message, 1)
  let server: LlmServer
  try {
    server = await serve(script.value, flags.port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return complain(`port ${flags.port} cannot be used (${code}): give another one with --port N`, 1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  console.log(instructions(server.url, flags.script))
  return 0
}

/** Null where help is asked for. @throws with a sentence for the one who typed it. */
function flagsOf(): Flags | null {
  const { values } = parseArgs({
    options: {
      script: { type: 'string' },
      port: { type: 'string', default: '7440' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  if (!values.script) throw new Error('--script: expected the path of a script, such as test/servers/llm/try-it.yaml')
  const port = Number(values.port)
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Error(`--port ${values.port}: expected a whole number from 0 to 65535`)
  }
  return { script: values.script, port }
}

async function serve(script: Script, port: number): Promise<LlmServer> {
  const announced =
    ({ title, reply }: ScriptedAnswer): Reply =>
    (exchange) => {
      const { model } = exchange.request.body
      console.log(`${exchange.provider}${model === undefined ? '' : ` (${oneLine(model)})`}: ${title}`)
      reply(exchange)
    }
  const server = await startLlmServer({
    port,
    whenOut: (provider) => announced(script[provider].at(-1) as ScriptedAnswer),
    onStray: (request) => console.log(`${oneLine(request)}: 404, for neither provider has it; is base_url as above?`),
  })
  for (const provider of PROVIDERS) {
    server.script(provider, ...script[provider].map(announced))
    server.scriptList(provider, announced({ title: 'its models', reply: listsModels(MODELS[provider]) }))
  }
  return server
}

const oneLine = (text: unknown): string => String(text).replace(/\s+/g, ' ').slice(0, 80)

const instructions = (url: string, script: string): string => `DeepSeek and Claude to try models on: ${url}

In config/agents.yaml, at the left margin
  deepseek:
    base_url: ${url}
  claude:
    base_url: ${url}

In the environment (they open nothing)
  DEEPSEEK_API_KEY=${DUMMY_KEY}
  ANTHROPIC_API_KEY=${DUMMY_KEY}

Then start TripleGain, best with a --data-dir of its own: what is answered here counts as asked and paid there.
Members of the panel are answered here too, as deepseek, when their base_url is the same.

Each provider answers what ${script} says, in its order; the last answer is repeated. Every request is a line below.
Ctrl-C ends it.
`

function complain(message: string, code: 1 | 2): number {
  console.error(message)
  return code
}

process.exitCode = await main()
