import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { camelKeys } from '@iaas/common/config/camel-keys'
import { constraintsSettings } from '@iaas/common/config/policy'
import { folderSettings, withFolders } from '@iaas/common/disk/config'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { createSilentLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { renderingSettings } from '@iaas/rendering/config'
import { type RendererConfig, createRenderer } from '@iaas/rendering/create-renderer'
import { findFreePort } from '@iaas/testing/free-port'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { z } from 'zod'

const schema = z
  .object({ ...renderingSettings, ...folderSettings, constraints: constraintsSettings })
  .transform(withFolders)
  .transform(camelKeys)

const makeConfig = (renderer: object, dataDir: string): RendererConfig =>
  schema.parse({ data_dir: dataDir, renderer })

const originalsIn = (folder: string) => createDiskOriginalStore({ dir: join(folder, 'originals') })

const partsIn = (folder: string) => ({
  originals: originalsIn(folder),
  policy: { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false },
  stripMetadata: false,
  focalPoints: createFakeFocalStore(),
})

/** Stores an original, and gives a task to render it. */
async function plant(folder: string, image: Uint8Array) {
  const originals = originalsIn(folder)
  const variant = makeVariant({ width: 20, height: 20 })
  await using file = await originals.createTemporary()
  await writeFile(file.path, image)
  return { original: await originals.put(variant.id, file), variant }
}

describe('the renderer that the configuration asks for', () => {
  it('is children of this process where no service is named; they end with it', async () => {
    await using folder = await createTemporaryFolder()
    const log = createSilentLogger()
    const telemetry = createTelemetry('test', log)
    const renderer = createRenderer(makeConfig({}, folder.path), {
      telemetry,
      log,
      ...partsIn(folder.path),
    })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const job = await plant(folder.path, photo)
    expect(await renderer.render(job)).toMatchObject({ kind: 'rendered' })
    await renderer[Symbol.asyncDispose]()
    await expect(renderer.render(job)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
  })

  it('is children of this process while the service that is named cannot be reached', async () => {
    await using folder = await createTemporaryFolder()
    const log = createSilentLogger()
    const telemetry = createTelemetry('test', log)
    const url = `http://127.0.0.1:${await findFreePort()}`
    const renderer = createRenderer(makeConfig({ url }, folder.path), {
      telemetry,
      log,
      ...partsIn(folder.path),
    })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const job = await plant(folder.path, photo)
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
    const renderer = createRenderer(settings, { telemetry, log, ...partsIn(folder.path) })
    const job = await plant(folder.path, Buffer.from('anything'))
    const isUnreachable = { code: 'RENDERER_UNREACHABLE' }
    const path = join(folder.path, 'upload')
    await writeFile(path, 'anything')
    const works = [
      renderer.render(job),
      renderer.inspect(job.original),
      renderer.ingest({ path, outputPath: `${path}.out`, crop: undefined }),
    ]
    for (const outcome of await Promise.allSettled(works))
      expect(outcome).toMatchObject({ status: 'rejected', reason: isUnreachable })
    const children = await telemetry.registry.getSingleMetric('iaas_render_children')?.get()
    expect(children?.values.map(({ value }) => value)).toEqual([0])
    await renderer[Symbol.asyncDispose]()
    telemetry.dependencies.close()
  })
})
