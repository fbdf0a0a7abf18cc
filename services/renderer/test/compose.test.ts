import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createSilentLogger } from '@iaas/common/log'
import { createRendererClient } from '@iaas/rendering/http/renderer-client'
import { findFreePort } from '@iaas/testing/free-port'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { rendererConfigSchema } from '../src/config.ts'
import { startRenderer } from '../src/compose.ts'

describe('the start of the renderer service', () => {
  it('listens, renders, counts, and ends', async () => {
    await using folder = await createTemporaryFolder()
    const [port, adminPort] = await Promise.all([findFreePort(), findFreePort()])
    const config = rendererConfigSchema.parse({
      port,
      admin_port: adminPort,
      data_dir: folder.path,
    })
    const service = await startRenderer(config, createSilentLogger())
    const url = `http://127.0.0.1:${service.port}`
    expect((await fetch(`${url}/readyz`)).status).toBe(200)

    const path = join(folder.path, 'photo')
    await writeFile(path, await makePhoto({ width: 60, height: 40, format: 'webp' }))
    const client = createRendererClient({ url, timeoutMs: 60_000 })
    const bounds = { width: 2000, height: 2000 }
    expect(await client.render({ path, variant: makeVariant(), bounds })).toMatchObject({
      kind: 'rendered',
    })
    const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
    expect(metrics).toMatch(/^iaas_render_children\b.* 1$/m)
    expect(metrics).toMatch(/^iaas_render_task_duration_seconds_count\{.*kind="render".*\} 1$/m)

    await service.close()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })

  it('F33 is not ready once it ends, and still takes connections for a while', async () => {
    await using folder = await createTemporaryFolder()
    const config = rendererConfigSchema.parse({
      port: await findFreePort(),
      admin_port: await findFreePort(),
      data_dir: folder.path,
      lame_duck: 2000,
    })
    const service = await startRenderer(config, createSilentLogger())
    const url = `http://127.0.0.1:${service.port}`
    const closed = service.close()
    expect((await fetch(`${url}/readyz`, { headers: { connection: 'close' } })).status).toBe(503)
    await closed
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })
})
