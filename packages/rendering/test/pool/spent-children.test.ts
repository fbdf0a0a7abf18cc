import { type ChildProcess, fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTask } from '@iaas/rendering/pool/run-task'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

/** A child that asks for memory for every task. */
const program = `
  process.on('message', () => process.send({ kind: 'cost', bytes: 1, isSpent: process.argv[2] === 'spent' }))
  process.on('disconnect', () => process.exit())`

async function countKills(file: string, kind: string): Promise<number> {
  const child: ChildProcess = fork(file, [kind])
  let kills = 0
  const options = {
    reservedBytes: 1,
    timeoutMs: 0,
    admit: () => Promise.reject(new Error('no room')),
    signal: undefined,
  }
  const running = runTask(child, { kind: 'inspect', path: '/image' }, options, () => (kills += 1))
  await expect(running).rejects.toThrow('no room')
  child.disconnect()
  return kills
}

describe('a child that waits for memory in vain', () => {
  it('T56 is kept, unless it has loaded a font', async () => {
    await using folder = await createTemporaryFolder()
    const file = join(folder.path, 'child.mjs')
    await writeFile(file, program)
    expect([await countKills(file, 'fresh'), await countKills(file, 'spent')]).toEqual([0, 1])
  })
})
