import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { camelKeys } from '@iaas/common/config/camel-keys'
import { constraintsSettings } from '@iaas/common/config/policy'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { createSilentLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { renderingSettings } from '@iaas/rendering/config'
import { type RendererConfig, createRenderer } from '@iaas/rendering/create-renderer'
import { findFreePort } from '@iaas/testing/free-port'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { z } from 'zod'
import { makeJob } from './bombs.ts'

const schema = z
  .object({ ...renderingSettings, ...folderSettings, constraints: constraintsSettings })
  .transform(withFolders)
  .transform(camelKeys)

const makeConfig = (renderer: object, dataDir: string): RendererConfig =>
  schema.parse({ data_dir: dataDir, renderer })

describe('the renderer that the configuration asks for', () => {
  it('is children of this process where no service is named; they end with it', async () => {
    await using folder = await createTemporaryFolder()
    const log = createSilentLogger()
    const telemetry = createTelemetry('test', log)
    const renderer = createRenderer(makeConfig({}, folder.path), { telemetry, log })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const job = await makeJob(join(folder.path, 'photo'), photo)
    expect(await renderer.render(job)).toMatchObject({ kind: 'rendered' })
    await renderer[Symbol.asyncDispose]()
    await expect(renderer.render(job)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
  })

  it('is children of this process while the service that is named cannot be reached', async () => {
    await using folder = await createTemporaryFolder()
    const log = createSilentLogger()
    const telemetry = createTelemetry('test', log)
    const url = `http://127.0.0.1:${await findFreePort()}`
    const renderer = createRenderer(makeConfig({ url }, folder.path), { telemetry, log })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const job = await makeJob(join(folder.path, 'photo'), photo)
    expect(await renderer.render(job)).toMatchObject({ kind: 'rendered' })
    const open = await telemetry.registry.getSingleMetric('iaas_breaker_open')?.get()
    expect(open?.values).toEqual([{ labels: { dependency: 'renderer' }, value: 1 }])
    await renderer[Symbol.asyncDispose]()
    telemetry.dependencies.close()
  })

  it('R33 never is children of this process where that is turned off: 503 while no renderer can be reached', async () => {
    await using folder = await createTemporaryFolder()
    const log = createSilentLogger()
    const telemetry = createTelemetry('test', log)
    const url = `http://127.0.0.1:${await findFreePort()}`
    const settings = makeConfig({ url, fallback: false }, folder.path)
    const renderer = createRenderer(settings, { telemetry, log })
    const job = await makeJob(join(folder.path, 'photo'), Buffer.from('anything'))
    const isUnreachable = { code: 'RENDERER_UNREACHABLE' }
    const upload = { path: job.path, outputPath: `${job.path}.out`, crop: undefined }
    const works = [
      renderer.render(job),
      renderer.inspect(job.path),
      renderer.ingest({ ...upload, stripMetadata: false }),
    ]
    for (const outcome of await Promise.allSettled(works))
      expect(outcome).toMatchObject({ status: 'rejected', reason: isUnreachable })
    const children = await telemetry.registry.getSingleMetric('iaas_render_children')?.get()
    expect(children?.values.map(({ value }) => value)).toEqual([0])
    await renderer[Symbol.asyncDispose]()
    telemetry.dependencies.close()
  })
})
