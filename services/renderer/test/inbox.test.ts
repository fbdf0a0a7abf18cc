import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { digestOf } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { type Logger, createSilentLogger } from '@iaas/common/log'
import type { Decoder } from '@iaas/common/ports/decoder'
import { encodeFacts } from '@iaas/rendering/http/wire'
import { describeUnless } from '@iaas/testing/describe-unless'
import { mountSmallDisk, smallDiskMissing } from '@iaas/testing/small-disk'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { openService } from './open-service.ts'

const imageBytes = 100_000
const body = new Uint8Array(imageBytes)

/** Works until it is told to end. */
const endless: Decoder = {
  inspect: forever,
  describe: forever,
  render: forever,
  ingest: forever,
  copy: forever,
}

function forever(_job: unknown, signal?: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(new Error('It was told to end.'))
    if (signal?.aborted === true) return end()
    signal?.addEventListener('abort', end)
  })
}

describe('images that are sent to a renderer service', () => {
  it('R30 are worked on for whom they are said to be, or for nobody known', async () => {
    const clients: unknown[] = []
    const busy = ({ client }: { readonly client?: string | undefined }) => {
      clients.push(client)
      return Promise.reject(new AppError('RENDERER_BUSY', 'It is full.'))
    }
    await using service = await openService({ ...endless, render: busy, ingest: busy })
    const path = join(service.folder, 'image')
    await writeFile(path, body)
    const render = { path, variant: makeVariant(), bounds: { width: 9, height: 9 } }
    const upload = { path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false }
    for (const client of ['192.0.2.7', undefined]) {
      await service.renderer.render({ ...render, client }).catch(() => {})
      await service.renderer.ingest({ ...upload, client }).catch(() => {})
    }
    const task = encodeFacts({ variant: render.variant, bounds: render.bounds })
    const headers = { 'x-client': 'no digest; nor short' }
    await fetch(`${service.url}/render?task=${task}`, { method: 'POST', body, headers })
    const digest = digestOf('192.0.2.7')
    expect(clients).toEqual([digest, digest, undefined, undefined, undefined])
  })

  it('lie there as far as there is room for them: some wait unread, and the rest are told to come again', async () => {
    await using service = await openService(endless, {
      roomBytes: 2 * imageBytes,
      queueLimit: 1,
    })
    const callers = Array.from({ length: 5 }, () => new AbortController())
    const statuses: number[] = []
    const posts = callers.map(async ({ signal }) => {
      const answer = await fetch(`${service.url}/inspect`, { method: 'POST', body, signal })
      statuses.push(answer.status)
    })
    await until(() => statuses.length === 2)
    expect(statuses).toEqual([503, 503])
    await until(async () => (await service.listTemporary()).length === 2)
    for (const caller of callers) caller.abort()
    await Promise.allSettled(posts)
    await until(async () => (await service.listTemporary()).length === 0)
  })

  it('come in once others have gone, and one may be larger than the room', async () => {
    await using service = await openService(endless, { roomBytes: imageBytes / 2 })
    const [first, second] = [new AbortController(), new AbortController()]
    const post = async ({ signal }: AbortController) => {
      await fetch(`${service.url}/inspect`, { method: 'POST', body, signal }).catch(() => {})
    }
    const posts = [post(first)]
    await until(async () => (await service.listTemporary()).length === 1)
    const [name = ''] = await service.listTemporary()
    posts.push(post(second))
    first.abort()
    await until(async () => {
      const names = await service.listTemporary()
      return names.length === 1 && names[0] !== name
    })
    second.abort()
    await Promise.all(posts)
  })
})

describeUnless(smallDiskMissing, 'a renderer service whose disk is full', () => {
  it('is busy to its callers, and says in its log why', async () => {
    await using disk = await mountSmallDisk(1)
    const errors: unknown[] = []
    const log: Logger = {
      ...createSilentLogger(),
      error: (_message, fields) => void errors.push(fields?.['error']),
    }
    await using service = await openService(endless, { temporaryDir: disk.path, log })
    const path = join(service.folder, 'image')
    await writeFile(path, body)
    await disk.fill()
    await expect(service.renderer.inspect({ path })).rejects.toMatchObject({
      code: 'RENDERER_BUSY',
    })
    expect(errors).toMatchObject([{ cause: { code: 'ENOSPC' } }])
  })
})
