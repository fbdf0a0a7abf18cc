import { execFile } from 'node:child_process'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import { describeUnless } from '@iaas/testing/describe-unless'
import { expect, it } from '@jest/globals'
import { beginProgram } from '../../src/pool/begin-program.ts'
import { shell } from '../../src/pool/cores.ts'
import { existsSync } from 'node:fs'

const missing = existsSync(shell) ? undefined : 'there is no shell'

describeUnless(missing, 'the program of a child', () => {
  it('R12 gives way from its first instruction on, with all threads that it begins with', async () => {
    const { execPath = '', execArgv } = beginProgram({ own: undefined, mostDataBytes: 2 ** 32 })
    const tasks = `require('fs').readdirSync('/proc/self/task').map(Number)`
    const script = `console.log(JSON.stringify(${tasks}.map((id) => require('os').getPriority(id))))`
    const { stdout } = await promisify(execFile)(execPath, [...execArgv, '-e', script])
    const priorities = new Set(JSON.parse(stdout) as readonly number[])
    expect(priorities).toEqual(new Set([Math.min(19, getPriority() + 5)]))
  })
})
