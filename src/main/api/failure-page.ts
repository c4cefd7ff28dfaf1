import type { Failure } from '../../shared/result.ts'

/** Failures that are put right elsewhere than on the command line: they get a page. */
export const hasFailurePage = ({ code }: Failure): boolean => /^(database|config|live)\//.test(code)

type Advice = { readonly title: string; readonly steps: readonly string[] }

const START_AGAIN = 'Then start TripleGain again.'
const ADVICE: Readonly<Record<string, Advice>> = {
  'config/invalid': {
    title: 'A setting cannot be used',
    steps: ['Correct the lines named above; the meaning of each setting stands beside it in its file.', START_AGAIN],
  },
  'database/locked': {
    title: 'TripleGain is already running',
    steps: [
      'Use the window that is already open, or close it and wait a few seconds.',
      'To run a second one beside it, start it with another folder: --data-dir DIR.',
    ],
  },
  'database/newer': {
    title: 'The database is from a newer TripleGain',
    steps: ['Start the newer version, or choose another folder with --data-dir DIR.', 'Do not delete the database.'],
  },
  'database/foreign': {
    title: 'A file in the data folder is not ours',
    steps: ['Move the file away, or choose another folder with --data-dir DIR.', START_AGAIN],
  },
  'database/corrupt': {
    title: 'The database is damaged',
    steps: [
      'Copy the whole data folder to a safe place before anything else.',
      'Put a backup in place of the damaged file, or move it away to start afresh.',
      START_AGAIN,
    ],
  },
  'database/unwritable': {
    title: 'The database cannot be written',
    steps: ["Check the folder's permissions and the free space on its disk.", START_AGAIN],
  },
  'live/key-in-use': {
    title: 'The exchange key is in use',
    steps: [
      'Use the TripleGain that is already running, or close it and wait a few seconds.',
      'To run both, make a second key at the exchange and give it to one of them.',
    ],
  },
}
const BY_AREA: Readonly<Record<string, Advice>> = {
  config: { title: 'The configuration cannot be used', steps: ['Correct what is named above.', START_AGAIN] },
  database: {
    title: 'The database cannot be opened',
    steps: [
      'Nothing was changed. Follow what is said above, or choose another folder with --data-dir DIR.',
      START_AGAIN,
    ],
  },
  live: {
    title: 'Live mode cannot start',
    steps: [
      'Put right what is said above. Nothing was sent to the exchange.',
      'Without a key or real money: set mode: paper in execution.yaml.',
      START_AGAIN,
    ],
  },
  candles: { title: 'A recording cannot be used', steps: ['Choose another file with --candles.', START_AGAIN] },
}
const OTHERWISE: Advice = { title: 'TripleGain could not start', steps: [START_AGAIN] }

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')

/** What the window shows when the engine did not start: what happened and what to do. Needs no other file. */
export function failurePage({ code, message }: Failure): string {
  const { title, steps } = ADVICE[code] ?? BY_AREA[code.split('/')[0] ?? ''] ?? OTHERWISE
  return page(
    `TripleGain – ${title}`,
    `<h1>${escaped(title)}</h1>
<pre role="alert">${escaped(message)}</pre>
<h2>What to do</h2>
<ul>${steps.map((step) => `<li>${escaped(step)}</li>`).join('')}</ul>
<p class="aside">The engine is not running: no prices are watched and no orders are sent. <code>${escaped(code)}</code></p>`,
  )
}

/** For a browser that did not come by the printed address. */
export function noEntryPage(): string {
  return page(
    'TripleGain – address needed',
    `<h1>Use the printed address</h1>
<p>This TripleGain opens only by the address it printed when it started, the one that ends in <code>?token=…</code>.</p>
<p class="aside">If you did use it, reload this page once. Every start prints a new address.</p>`,
  )
}

/** A page in the window's place. `head` may load a script of ours. */
export const page = (title: string, body: string, head = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: dark; }
body { margin: 0; background: #0e1116; color: #e6e9ee; font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 12vh 1.5rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 1rem 1.2rem; background: #181d25;
  border-left: 4px solid #e0a33a; border-radius: 4px; font: .9rem/1.5 ui-monospace, monospace; }
ul { margin: 0; padding-left: 1.2rem; }
.aside { color: #a9b1bd; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.5rem; margin: 0; }
dt { color: #a9b1bd; }
dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; margin: 2rem 0 .5rem; }
input { box-sizing: border-box; width: 100%; padding: .7rem .9rem; font: inherit; color: inherit; background: #181d25;
  border: 1px solid #5b6675; border-radius: 4px; }
button { margin-top: 1rem; padding: .7rem 1.4rem; font: inherit; font-weight: 600; color: #16100a; background: #f08c1e;
  border: 0; border-radius: 4px; cursor: pointer; }
button[disabled] { opacity: .5; cursor: default; }
:focus-visible { outline: 2px solid #6cb2ff; outline-offset: 2px; }
.said:empty { display: none; }
.said { margin: 1rem 0 0; padding: .8rem 1.2rem; background: #181d25; border-left: 4px solid #e0a33a; }
</style>
${head}</head>
<body><main>
${body}
</main></body>
</html>
`
