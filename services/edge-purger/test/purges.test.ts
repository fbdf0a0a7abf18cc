import { readdir } from 'node:fs/promises'
import { cacheTag } from '@iaas/common/cache-tag'
import { objectKey } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createPurges } from '../src/purges.ts'
import { createCache } from './_cache.ts'

const photo = cacheTag(parseImageId('photo'))
const object = objectKey(makeVariant({ id: parseImageId('photo') }), 1)

function createCountingLog() {
  const lines: unknown[] = []
  const info = (_message: string, fields: unknown) => void lines.push(fields)
  return { lines, log: { ...createSilentLogger(), info } }
}

async function purge(
  cacheDir: string,
  targets: Parameters<ReturnType<typeof createPurges>['begin']>[0],
) {
  await using purges = createPurges({ cacheDir, settleMs: 1, log: createSilentLogger() })
  const id = purges.begin(targets) ?? ''
  expect(purges.stateOf(id)).toBe('running')
  await until(() => purges.stateOf(id) === 'finished')
}

describe('a purge of the caches of an edge', () => {
  it('F59 removes every answer about an image and its objects, also unfinished ones, and no others', async () => {
    await using cache = await createCache()
    const long = `GET/photo_1_1.jpg?x=${'y'.repeat(8000)}`
    const gone = await Promise.all([
      cache.write('answers', 'GET/photo_1_1.jpg'),
      cache.write('answers', 'HEAD/%70hoto_1_1.jpg?a=b'),
      cache.write('answers', long),
      cache.write('answers', 'GET/photo.jpg', '.0000000012'),
      cache.write('iaas', `GET/variants/${object}`),
      cache.write('iaas', `HEAD/variants/${object}`),
      cache.write('answers', `GET/cdn/${object}`),
    ])
    const kept = await Promise.all([
      cache.write('answers', 'GET/other_1_1.jpg'),
      cache.write('iaas', `GET/variants/${object}x`),
      cache.write('proxy_temp', 'GET/photo_2_2.jpg'),
    ])
    await purge(cache.path, { tags: [photo], paths: [`/cdn/${object}`] })
    expect(await Promise.all(gone.map((path) => cache.has(path)))).toEqual(gone.map(() => false))
    expect(await Promise.all(kept.map((path) => cache.has(path)))).toEqual(kept.map(() => true))
  })

  it('removes everything from the caches, and nothing beside them', async () => {
    await using cache = await createCache()
    await cache.write('answers', 'GET/a_1_1.jpg')
    await cache.write('iaas', 'GET/b')
    const beside = await cache.write('client_temp', 'GET/c')
    await purge(cache.path, 'everything')
    const files = await readdir(cache.path, { recursive: true, withFileTypes: true })
    expect(files.filter((file) => file.isFile()).map(({ name }) => beside.endsWith(name))).toEqual([
      true,
    ])
  })

  it('F59 walks a second time, for what was on its way during the first walk', async () => {
    await using cache = await createCache()
    const { log, lines } = createCountingLog()
    await using purges = createPurges({ cacheDir: cache.path, settleMs: 1, log })
    const id = purges.begin({ tags: [photo], paths: [] }) ?? ''
    await until(() => purges.stateOf(id) === 'finished')
    expect(lines).toHaveLength(2)
  })

  it('R80 serves any number of waiting purges by the same walks, and takes no more than a thousand', async () => {
    await using cache = await createCache()
    const { log, lines } = createCountingLog()
    await using purges = createPurges({ cacheDir: cache.path, settleMs: 1, log })
    const ids = Array.from({ length: 1001 }, () => purges.begin({ tags: [photo], paths: [] }))
    expect(ids.at(-1)).toBeUndefined()
    await until(() => ids.slice(0, -1).every((id) => purges.stateOf(id ?? '') === 'finished'))
    expect(lines.length).toBeLessThanOrEqual(4)
  })
})
