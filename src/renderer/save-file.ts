import { client } from './client.ts'

/** Gives the browser a file to save. */
function saveFile(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/**
 * Saves what is exported under a name that holds the end of the audit's chain: a copy of it that nobody who changes the
 * database can take back.
 */
export async function saveExport(name: string, extension: 'csv' | 'json', content: string): Promise<string> {
  const head = await client.call('journal.head', {})
  const audit = head.ok && head.value.seq > 0 ? `-audit-${head.value.seq}-${head.value.hash.slice(0, 12)}` : ''
  const file = `${name}${audit}.${extension}`
  saveFile(file, extension === 'csv' ? 'text/csv' : 'application/json', content)
  return file
}
