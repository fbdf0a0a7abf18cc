import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, chown, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ask, json, postToken, upload } from '../support/http.ts'
import { childrenOf } from '../support/processes.ts'
import { type Stack, startStack } from '../support/stack.ts'

const nobody = 65_534
const secret = 'marker-of-the-token-secret'

/** Runs a script as another process of the same user does: one that was taken over, say. */
function runBeside(script: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: '/',
    env: {},
    uid: nobody,
    gid: nobody,
    encoding: 'utf8',
  })
  return `${stdout}${stderr}`
}

/** Tells what a process of the same user gets of another one. */
function lookInto(pid: number): Readonly<Record<string, string>> {
  const script = `
    const fs = require('node:fs')
    const attempt = (work) => { try { return String(work()) } catch (error) { return error.code } }
    console.log(JSON.stringify({
      environ: attempt(() => fs.readFileSync('/proc/${pid}/environ', 'latin1')),
      mem: attempt(() => fs.closeSync(fs.openSync('/proc/${pid}/mem', 'r+'))),
      fd: attempt(() => fs.readdirSync('/proc/${pid}/fd').length),
      maps: attempt(() => fs.readFileSync('/proc/${pid}/maps', 'latin1').length > 0),
    }))
  `
  return JSON.parse(runBeside(script)) as Readonly<Record<string, string>>
}

function isDecoder(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker/main.js')
}

function findMissing(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'only root runs processes of other users'
  const main = join(import.meta.dirname, '..', '..', 'services', 'standalone', 'dist', 'main.js')
  const answer = runBeside(`require('node:fs').accessSync(${JSON.stringify(main)})`)
  return answer === '' ? undefined : 'other users may not read this repository'
}

describeUnless(findMissing(), 'a Node that its user may run and not read, as in the images', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  const stacks: Stack[] = []

  beforeAll(async () => {
    folder = await createTemporaryFolder()
    await chmod(folder.path, 0o755)
  })
  afterAll(async () => {
    for (const stack of stacks) await stack[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  /** Starts the product by a copy of Node that has this mode, as nobody, and renders an image. */
  async function start(mode: number): Promise<Stack> {
    const node = join(folder.path, `node-${mode.toString(8)}`)
    await copyFile(process.execPath, node)
    await chmod(node, mode)
    const dataDir = join(folder.path, `data-${mode.toString(8)}`)
    await mkdir(dataDir)
    await chown(dataDir, nobody, nobody)
    const stack = await startStack({ node, uid: nobody, dataDir, env: { TOKEN_SECRET: secret } })
    stacks.push(stack)
    const token = json(await postToken(stack.base, { id: 'photo', secret }))['token']
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    expect((await upload(stack.base, 'photo', String(token), photo)).status).toBe(200)
    expect((await ask(stack.base, '/photo_30_30.jpg')).status).toBe(200)
    // It reads these of itself in /proc.
    const metrics = await (await fetch(`${stack.admin}/metrics`)).text()
    for (const name of ['iaas_process_open_fds', 'iaas_process_resident_memory_bytes']) {
      expect(metrics).toMatch(new RegExp(`^${name}\\S* [1-9]`, 'm'))
    }
    return stack
  }

  it('R45 shows neither its environment nor its memory to other processes of its user, and works', async () => {
    const { process: main } = await start(0o711)
    // Not its PostgreSQL, which is another program.
    const children = childrenOf(main.pid).filter(isDecoder)
    expect(children.length).toBeGreaterThan(0)
    for (const pid of [main.pid ?? 0, ...children]) {
      const seen = lookInto(pid)
      for (const part of Object.values(seen)) expect(['EACCES', 'EPERM']).toContain(part)
    }
  })

  it('is what stands in the way: one that may be read shows all of it', async () => {
    const { process: main } = await start(0o755)
    expect(lookInto(main.pid ?? 0)['environ']).toContain(secret)
  })
})
