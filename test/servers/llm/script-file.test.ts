import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readScript } from './script-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'triplegain-llm-script-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Each problem without its file. */
function problemsOf(text: string): readonly string[] {
  const file = join(dir, 'script.yaml')
  writeFileSync(file, text)
  const script = readScript(file)
  return script.ok ? [] : script.error.message.split('\n').map((line) => line.replace(file, ''))
}
const withAnswer = (answer: string): string => `# a comment\nclaude: [right]\ndeepseek:\n  - right\n  - ${answer}\n`

describe('a script', () => {
  it('may name its answers with and without settings', () => {
    for (const answer of ['right: {option: half_size}', 'slow: {seconds: 0.5}', '500', '10 MB', 'hang: {}']) {
      expect(problemsOf(withAnswer(answer)), answer).toEqual([])
    }
  })

  it.each([
    ['wright', 'deepseek, answer 2, wright: is no answer there is: expected one of '],
    ['right: {opton: x}', 'deepseek, answer 2, right.opton: is no setting: this answer takes only option'],
    ['blank: {option: x}', 'deepseek, answer 2, blank.option: is no setting: this answer takes none: write its name'],
    ['right: {option: ""}', 'deepseek, answer 2, right.option: expected the id of an option, such as half_size'],
    ['slow', 'deepseek, answer 2, slow.seconds: expected a number of seconds: write it as slow: {seconds: 20}'],
    ['slow: {seconds: soon}', 'deepseek, answer 2, slow.seconds: expected seconds from 0 to 9999, such as 20'],
    [
      '429 with retry-after: {seconds: 1.5}',
      'deepseek, answer 2, 429 with retry-after.seconds: expected whole seconds',
    ],
    ['right:', 'deepseek, answer 2, right: expected its settings in braces, or its name alone'],
    ['[right]', 'deepseek, answer 2: expected the name of an answer, or a name with its settings, such as right: {'],
    ['{right: {}, blank: {}}', 'deepseek, answer 2: expected one answer: begin each on a line of its own with "- "'],
    ['{}', 'deepseek, answer 2: expected one answer: begin each on a line of its own with "- "'],
  ])('is refused at its line where an answer is written as %s', (answer, problem) => {
    const problems = problemsOf(withAnswer(answer))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`:5 ${problem}`)
  })

  it.each([
    ['', [':1 expected deepseek and claude, each with a list of answers']],
    ['deepseek: [right]', [':1 claude: expected a list of answers, each on a line that begins with "- "']],
    [
      'deepseek: [right]\nclaude: right',
      [':2 claude: expected a list of answers, each on a line that begins with "- "'],
    ],
    ['deepseek: [right]\nclaude: []', [':2 claude: expected at least one answer, such as "- right"']],
    ['deepseek: [right]\nclaude: [right]\nopenai: []', [':3 openai: is no provider: expected deepseek and claude']],
    ['deepseek: [right]\nclaude: [right]\nclaude: [hang]', [':3 is not YAML: Map keys must be unique']],
  ])('is refused as a whole: %j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  it('is refused with all that is wrong with it', () => {
    expect(problemsOf('deepseek: [wright, slow]\nclaude: []')).toHaveLength(3)
  })

  it('has to be there', () => {
    const script = readScript(join(dir, 'none.yaml'))
    expect(script).toMatchObject({ error: { code: 'script/unreadable' } })
    expect(script.ok ? '' : script.error.message).toMatch(/none\.yaml cannot be read \(ENOENT\): expected the path/)
  })
})
