import type { Command, Told } from './control.ts'

/** Drives a Kraken server of another process. @throws when it refuses the command. */
export async function commandKraken(restUrl: string, command: Command): Promise<void> {
  await post(restUrl, command)
}

export async function askKraken(restUrl: string, requests = 0): Promise<Told> {
  return (await post(restUrl, { do: 'tell', requests })) as Told
}

async function post(restUrl: string, command: Command): Promise<unknown> {
  const response = await fetch(`${restUrl}/control`, { method: 'POST', body: JSON.stringify(command) })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`the server refused ${command.do}: ${JSON.stringify(answer)}`)
  return answer
}
