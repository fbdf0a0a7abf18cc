import { ConfigError } from '@iaas/common/config/config-error'
import { AppError } from '@iaas/common/errors'
import { describe, expect, it } from '@jest/globals'
import { type Command } from '../src/command.ts'
import { commands } from '../src/commands.ts'
import { run } from '../src/run.ts'

async function runWith(args: readonly string[], work: Command['run'] = async () => {}) {
  const printed: string[] = []
  const errors: string[] = []
  const command: Command = {
    name: 'things sort',
    summary: 'Sorts things.',
    switches: { backwards: { summary: 'The other way round.' } },
    run: work,
  }
  const code = await run({
    commands: [command],
    args,
    env: {},
    print: (line) => printed.push(line),
    printError: (line) => errors.push(line),
  })
  return { code, printed: printed.join('\n'), errors: errors.join('\n') }
}

describe('the command iaas', () => {
  it('runs the command that its first words name, with its switches', async () => {
    const given: boolean[] = []
    const work: Command['run'] = async ({ has }) => void given.push(has('backwards'))
    expect((await runWith(['things', 'sort'], work)).code).toBe(0)
    expect((await runWith(['things', 'sort', '--backwards'], work)).code).toBe(0)
    expect(given).toEqual([false, true])
  })

  it('lists its commands, and the switches of one, without running it', async () => {
    const refuse = () => Promise.reject(new Error('It was run.'))
    for (const args of [[], ['--help'], ['-h']]) {
      const { code, printed } = await runWith(args, refuse)
      expect([code, printed]).toEqual([0, expect.stringMatching(/^ {2}things sort {2}Sorts/m)])
    }
    const { code, printed } = await runWith(['things', 'sort', '--help'], refuse)
    expect([code, printed]).toEqual([0, expect.stringMatching(/^ {2}--backwards {2}The other/m)])
  })

  it.each([
    [['things']],
    [['sort', 'things']],
    [['things', 'sort', '--forwards']],
    [['things', 'sort', 'now']],
    [['things', 'sort', '--backwards=no']],
  ])('ends with 2 and says why for %j', async (args) => {
    const { code, errors, printed } = await runWith(args)
    expect([code, printed]).toEqual([2, ''])
    expect(errors).not.toBe('')
    expect(errors).not.toContain(' at ')
  })

  it('ends with 1 for a command that fails, and with 2 for a wrong configuration', async () => {
    const away = new AppError('STORE_UNAVAILABLE', 'The database is away.')
    const failed = await runWith(['things', 'sort'], () => Promise.reject(away))
    expect(failed).toMatchObject({ code: 1, errors: 'The database is away.' })
    const wrong = await runWith(['things', 'sort'], () =>
      Promise.reject(new ConfigError(['x: wrong'])),
    )
    expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining('x: wrong')])
  })

  it('has commands of two words, each with a summary', () => {
    for (const { name, summary } of commands)
      expect([name, summary]).toEqual([
        expect.stringMatching(/^[a-z]+ [a-z]+$/),
        expect.stringMatching(/\.$/),
      ])
  })
})
