import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { ask } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

const root = resolve(import.meta.dirname, '../..')

describe('the first steps', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  /** Runs commands as a person pastes them. @returns the size of the image that they fetch */
  async function paste(commands: string, file: string) {
    await using folder = await createTemporaryFolder()
    const { stdout, stderr } = spawnSync('sh', ['-c', commands], { cwd: folder.path })
    expect(`${stdout.toString()}${stderr.toString()}`).toContain('"status":"OK"')
    const { width, height } = await sharp(join(folder.path, file)).metadata()
    return [width, height]
  }

  it('of the README work as they are printed', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const block = /```sh\n(ANSWER=[^`]*127\.0\.0\.1:1337[^`]*)```/.exec(readme)?.[1] ?? ''
    const commands = block
      .replaceAll('http://127.0.0.1:1337', stack.base)
      .replace('assets/', join(root, 'assets/'))
    expect(await paste(commands, 'hello.jpg')).toEqual([300, 300])
  })

  it('of the greeting work as they are printed, also for an id that ends like a format', async () => {
    const printed = /^ {2}(ANSWER=[^]*?)\n\n/m.exec(stack.output())?.[1] ?? ''
    const id = /"id":"([^"]+)"/.exec(printed)?.[1] ?? ''
    expect((await paste(printed, `${id}.jpg`))[0]).toBe(300)
    const withFormat = printed.replaceAll(id, 'photo-77.jpg')
    expect((await paste(withFormat, 'photo-77.jpg.jpg'))[0]).toBe(300)
    expect((await ask(stack.base, '/photo-77.jpg.jpg')).status).toBe(200)
    expect((await ask(stack.base, '/photo-77.jpg')).status).toBe(404)
  })
})
