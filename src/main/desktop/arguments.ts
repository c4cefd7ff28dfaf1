/** Chromium's and Electron's own switches, which they read from the same command line (tests add some too). */
const SWITCHES =
  /^--(no-sandbox|headless|lang|js-flags|user-data-dir|use-gl|use-angle|password-store|gtk-version|class|in-process-gpu|test-type|(inspect|remote-debugging|disable|enable|force|ozone|log|original-process)(-[a-z-]+)?)(=.*)?$/

/**
 * The flags meant for TripleGain.
 *
 * @param isDefaultApp run as `electron PATH …`: what stands before the path is Electron's.
 */
export function ownArguments(argv: readonly string[], isDefaultApp: boolean): string[] {
  let own = argv.slice(1)
  if (isDefaultApp) own = own.slice(pathIndex(own) + 1)
  return own.filter((argument) => !SWITCHES.test(argument) && !argument.startsWith('-psn_'))
}

function pathIndex(argv: readonly string[]): number {
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? ''
    if (argument === '-r' || argument === '--require') index += 1
    else if (!argument.startsWith('-')) return index
  }
  return argv.length
}
