import { fail, type Result } from '../../../shared/result.ts'
import { escaped, page } from '../failure-page.ts'
import { pageFiles, type WindowFiles } from './window-files.ts'

/** What the page of live mode says. The key is not part of it. */
export type LiveTerms = { readonly phrase: string; readonly dataDir: string }

/** Tries the phrase that was typed. Error `live/not-confirmed`; anything else has changed what the host shows. */
export type Confirm = (typed: string) => Promise<Result<null>>

/** Where the page posts what was typed, as plain text. */
export const CONFIRM_PATH = '/confirm-live'
const LONGEST_TYPED = 200

/** The answer to what was posted, as both hosts send it. */
export async function answerTyped(
  confirm: Confirm,
  typed: string,
): Promise<{ readonly status: number; readonly type: string; readonly body: string }> {
  let result: Result<null>
  try {
    result = await confirm(typed.slice(0, LONGEST_TYPED))
  } catch {
    result = fail('api/internal', 'Something went wrong in the engine. Details are in its log.')
  }
  return { status: result.ok ? 200 : 409, type: 'application/json; charset=utf-8', body: JSON.stringify(result) }
}

const SCRIPT_PATH = '/confirm-live.js'
/**
 * Not a form of the browser's own: the content security policy allows none, and the desktop window navigates nowhere. Such
 * a form would also be posted from the origin `null`, since the page sends no referrer.
 */
const SCRIPT = `const form = document.querySelector('form')
const input = form.querySelector('input')
const button = form.querySelector('button')
const said = document.querySelector('.said')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (button.disabled) return
  button.disabled = true
  said.textContent = ''
  try {
    const body = input.value.slice(0, ${LONGEST_TYPED})
    const answer = await fetch('${CONFIRM_PATH}', { method: 'POST', body })
    const result = await answer.json()
    if (result.ok) return location.reload()
    said.textContent = result.error.message
  } catch {
    said.textContent = 'TripleGain did not answer. Is it still running?'
  }
  button.disabled = false
  input.focus()
  input.select()
})
input.focus()
`

/** In place of the window while live mode waits for its phrase. */
export function liveFiles(terms: LiveTerms): WindowFiles {
  return pageFiles(livePage(terms), { [SCRIPT_PATH]: SCRIPT })
}

function livePage({ phrase, dataDir }: LiveTerms): string {
  return page(
    'TripleGain – Live mode',
    `<h1>Live mode: real money</h1>
<dl>
<dt>Mode</dt><dd><strong>LIVE</strong></dd>
<dt>Data folder</dt><dd>${escaped(dataDir)}</dd>
</dl>
<h2>What will happen</h2>
<ul>
<li>Orders go to the exchange with your key, and what they lose is lost.</li>
<li>First your balances and open orders are read and compared with what TripleGain knows. Nothing is sent while they differ.</li>
<li>Trades wait for your approval unless the settings say otherwise. Bags are never sold.</li>
<li>Live mode has a database of its own: nothing is taken over from paper trading.</li>
</ul>
<form>
<label for="phrase">To start, type: <strong>${escaped(phrase)}</strong></label>
<input id="phrase" name="phrase" type="text" maxlength="${LONGEST_TYPED}" autocomplete="off" autocapitalize="off" spellcheck="false" required aria-describedby="said">
<button type="submit">Start live mode</button>
<p class="said" id="said" role="alert"></p>
</form>
<noscript><p class="said">This page needs JavaScript. You can start TripleGain with --confirm-live instead.</p></noscript>
<p class="aside">The engine is not running yet: no prices are watched and no orders are sent. For paper trading close TripleGain and set mode: paper in execution.yaml. <code>live/not-confirmed</code></p>`,
    `<script type="module" src="${SCRIPT_PATH}"></script>\n`,
  )
}
