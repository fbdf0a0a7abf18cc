import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findFreePort } from '@iaas/testing/free-port'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { copyClusterTemplate } from '../support/cluster-template.ts'
import { ask } from '../support/http.ts'

const root = join(import.meta.dirname, '..', '..')
const copied = ['scripts', 'config', 'services/standalone', 'package-lock.json', 'assets']

describe('npm run dev', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let supervisor: ChildProcess
  let base: string
  let output = ''

  /** A copy of the standalone service; the packages are those of this repository. */
  beforeAll(async () => {
    folder = await createTemporaryFolder()
    for (const name of copied) {
      await cp(join(root, name), join(folder.path, name), { recursive: true })
    }
    await mkdir(join(folder.path, 'packages'))
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'))
    const data = join(folder.path, 'data')
    await mkdir(data)
    await copyClusterTemplate(data)
    const port = await findFreePort()
    base = `http://127.0.0.1:${port}`
    supervisor = spawn(process.execPath, ['scripts/dev.mjs'], {
      cwd: folder.path,
      env: {
        PATH: process.env['PATH'],
        PORT: `${port}`,
        ADMIN_PORT: `${await findFreePort()}`,
        DATA_DIR: data,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    await until(() => output.includes('Ctrl-C'))
  })
  afterAll(async () => {
    if (supervisor.exitCode === null) {
      supervisor.kill('SIGTERM')
      await once(supervisor, 'exit')
    }
    await folder[Symbol.asyncDispose]()
  })

  async function change(from: string, to: string): Promise<void> {
    const file = join(folder.path, 'services', 'standalone', 'src', 'greeting.ts')
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
  }

  it('restarts the service on what was changed', async () => {
    expect((await ask(base, '/readyz')).status).toBe(200)
    await change('Ready.', 'Changed.')
    await until(() => output.includes('\nChanged.'))
    expect((await ask(base, '/readyz')).status).toBe(200)
  })

  it('keeps the service running while a source cannot be parsed, and says where', async () => {
    await change('export ', 'export = ')
    await until(() => output.includes('greeting.ts'))
    expect(output).not.toContain('backtrace')
    expect((await ask(base, '/readyz')).status).toBe(200)
    await change('export = ', 'export ')
    await change('Changed.', 'Repaired.')
    await until(() => output.includes('\nRepaired.'))
  })

  it('ends the service with itself', async () => {
    supervisor.kill('SIGTERM')
    await once(supervisor, 'exit')
    await expect(ask(base, '/readyz')).rejects.toThrow('ECONNREFUSED')
  })
})
