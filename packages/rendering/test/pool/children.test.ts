import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import type { RenderPool } from '@iaas/rendering/pool/pool-types'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { isRunning } from '@iaas/testing/is-running'
import { until } from '@iaas/testing/until'
import { makeJob, makeSlowAndQuick, slowImage } from '../bombs.ts'
import { openPool } from '../open-pool.ts'

const hasProc = existsSync('/proc/self/environ')

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let slow: RenderFileTask
let quick: RenderFileTask
beforeAll(async () => {
  folder = await createTemporaryFolder()
  ;({ slow, quick } = await makeSlowAndQuick(folder.path))
})
afterAll(async () => folder[Symbol.asyncDispose]())

/** The child of a pool that has one, once it is at work. */
async function findChild(pool: RenderPool): Promise<number> {
  await until(() => pool.stats().children.length === 1)
  return pool.stats().children[0]!
}

/** Another way for a job to be told apart: its own variant, so that no quarantine of one is that of the other. */
const withWidth = (job: RenderFileTask, width: number): RenderFileTask => ({
  ...job,
  variant: { ...job.variant, width },
})

describe('the children of a pool', () => {
  it('are started when they are needed, stay, and are gone with the pool', async () => {
    const pool = openPool()
    expect(pool.stats().children).toEqual([])
    await pool.render(quick)
    const [pid] = pool.stats().children
    await pool.render(quick)
    expect(pool.stats().children).toEqual([pid])
    await pool[Symbol.asyncDispose]()
    expect(isRunning(pid!)).toBe(false)
  })

  it('F14 are killed at the deadline of a render, and replaced', async () => {
    await using pool = openPool({ timeoutMs: 2500 })
    const late = pool.render(slow)
    const pid = await findChild(pool)
    await expect(late).rejects.toMatchObject({ code: 'RENDER_TIMEOUT' })
    await until(() => !isRunning(pid))
    expect(await pool.render(quick)).toMatchObject({ kind: 'rendered' })
    expect(pool.stats().children).not.toContain(pid)
  })

  it('are killed where the check of an upload takes too long', async () => {
    // Fewer scans than are refused by counting.
    const { path } = await makeJob(join(folder.path, 'costly'), makeScanBomb(5400, 5400, 100))
    await using pool = openPool({ ingestTimeoutMs: 100 })
    const taken = pool.ingest({
      path,
      outputPath: `${path}.out`,
      crop: undefined,
      stripMetadata: false,
    })
    const pid = await findChild(pool)
    await expect(taken).rejects.toMatchObject({ code: 'IMAGE_TOO_COSTLY' })
    await until(() => !isRunning(pid))
  })

  it('are killed where the caller goes away', async () => {
    await using pool = openPool()
    const caller = new AbortController()
    const render = pool.render(slow, caller.signal)
    const pid = await findChild(pool)
    await until(() => isDecoding(pid))
    const reason = new Error('gone')
    caller.abort(reason)
    await expect(render).rejects.toBe(reason)
    await until(() => !isRunning(pid))
    expect(pool.stats()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('F13 that crash give their work to another, once', async () => {
    const lost: string[] = []
    const events = { task: () => {}, childLost: (reason: string) => void lost.push(reason) }
    await using pool = openPool({ events })
    const job = await makeJob(join(folder.path, 'second chance'), makeScanBomb(5000, 5000, 60))
    const render = pool.render(job)
    process.kill(await findChild(pool), 'SIGKILL')
    expect(await render).toMatchObject({ kind: 'rendered' })
    expect(lost).toEqual(['crashed'])
  })

  it('F13 are not given again what has killed two of them by a crash', async () => {
    await using pool = openPool()
    const render = pool.render(slow)
    const first = await findChild(pool)
    process.kill(first, 'SIGKILL')
    await until(() => ![undefined, first].includes(pool.stats().children[0]))
    process.kill(pool.stats().children[0]!, 'SIGKILL')
    await expect(render).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    await expect(pool.render(slow)).rejects.toMatchObject({ code: 'RENDER_QUARANTINED' })
    expect(pool.stats().quarantined).toBe(1)
    expect(await pool.render(quick)).toMatchObject({ kind: 'rendered' })
  })

  it('are not given again what was late twice, wherever its file lies now', async () => {
    await using pool = openPool({ timeoutMs: 300 })
    const isLate = { code: 'RENDER_TIMEOUT' }
    await expect(pool.render(slow)).rejects.toMatchObject(isLate)
    await expect(pool.render(slow)).rejects.toMatchObject(isLate)
    const { path } = await makeJob(join(folder.path, 'slow again'), slowImage)
    const again = pool.render({ ...slow, path })
    await expect(again).rejects.toMatchObject({ code: 'RENDER_QUARANTINED' })
    const other = pool.render(withWidth(slow, 30))
    await expect(other).rejects.toMatchObject(isLate)
  })

  it('leave nothing undone behind when the pool ends under its work', async () => {
    const pool = openPool({ concurrency: 1 })
    const renders = [slow, withWidth(slow, 30)].map((job) => pool.render(job))
    const settled = Promise.allSettled(renders)
    const pid = await findChild(pool)
    await pool[Symbol.asyncDispose]()
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(renders[1]).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    expect(isRunning(pid)).toBe(false)
    expect(pool.stats().children).toEqual([])
    await expect(pool.render(quick)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
  })
})

const missing = hasProc ? undefined : 'there is no /proc'
describeUnless(missing, 'the children of a pool, as /proc shows them', () => {
  it('R12 give way to what only takes a moment, with all of their threads', async () => {
    await using pool = openPool()
    await pool.render(quick)
    const tasks = `/proc/${pool.stats().children[0]}/task`
    const own = getPriority(process.pid)
    for (const thread of readdirSync(tasks))
      expect(getPriority(Number(thread))).toBeGreaterThan(own)
  })

  it('have no environment but their own', async () => {
    process.env['TOKEN_SECRET'] = 'not for children'
    try {
      await using pool = openPool()
      await pool.render(quick)
      const environment = readFileSync(`/proc/${pool.stats().children[0]}/environ`, 'utf8')
      const names = environment.split('\0').map((line) => line.split('=')[0])
      expect(names).toContain('VIPS_BLOCK_UNTRUSTED')
      expect(names).not.toContain('TOKEN_SECRET')
      expect(environment).not.toContain('not for children')
      expect(environment).not.toContain(process.env['PATH'])
    } finally {
      delete process.env['TOKEN_SECRET']
    }
  })

  it('end at once when their parent is killed in the middle of their work', async () => {
    const file = fileURLToPath(new URL('../../dist/pool/render-pool.js', import.meta.url))
    const script = `
      const { createRenderPool } = await import(process.argv[1])
      const pool = createRenderPool({ concurrency: 1, queueLimit: 1, queueTimeoutMs: 1000,
        memoryBudgetBytes: 1e9, timeoutMs: 0, ingestTimeoutMs: 60_000, maxInputPixels: 3e7,
        maxOnDiskPixels: 3e7, blurSigma: 7, encoders: {}, refusedFormats: [] })
      pool.render(JSON.parse(process.argv[2])).catch(() => {})
      console.log(pool.stats().children[0] ?? (await new Promise((resolve) =>
        setTimeout(() => resolve(pool.stats().children[0]), 100))))`
    const parent = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, file, JSON.stringify(slow)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line)
    await until(() => isDecoding(pid))
    parent.kill('SIGKILL')
    await until(() => !isRunning(pid))
    expect(isRunning(pid)).toBe(false)
  })
})

/**
 * Whether a process has used more processor time than its start takes, in the ticks of Linux, a hundredth of a second;
 * where that cannot be told, it is taken for so.
 */
function isDecoding(pid: number): boolean {
  return !hasProc || Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13]) > 80
}
