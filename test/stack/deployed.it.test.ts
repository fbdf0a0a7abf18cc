import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import sharp from 'sharp'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { type Answer, ask, askUntil, getToken, json, store, upload } from '../support/http.ts'
import { readMetric, readMetrics } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'

describeUnless(ownRedisMissing, 'the services apart, on PostgreSQL, Redis and S3', () => {
  let deployed: Deployed
  let apis: readonly [Stack, Stack]
  let uploader: Stack
  let renderer: Stack
  let photo: Buffer

  beforeAll(async () => {
    deployed = await provideDeployment()
    const [one, other, rendererStack, uploaderStack] = await Promise.all([
      deployed.start('api'),
      deployed.start('api'),
      deployed.start('renderer'),
      deployed.start('uploader'),
    ])
    apis = [one, other]
    renderer = rendererStack
    uploader = uploaderStack
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
    await store(one.base, 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  it('an upload through one api is rendered by another', async () => {
    const answer = await ask(apis[1].base, '/photo_90_90.png')
    expect(answer.status).toBe(200)
    expect(await sharp(answer.body).metadata()).toMatchObject({
      format: 'png',
      width: 90,
      height: 60,
    })
  })

  it('a rendition is stored in the bucket by the uploader, and both apis redirect there', async () => {
    const rendered = await ask(apis[0].base, '/photo_91_91.jpg?fit=crop')
    const isHit = ({ status }: { status: number }) => status === 307
    const [one, other] = await Promise.all(
      apis.map(({ base }) => askUntil(isHit, base, '/photo_91_91.jpg?fit=crop')),
    )
    expect(one?.headers.location).toMatch(new RegExp(`^${deployed.bucketUrl}/`))
    expect(other?.headers.location).toBe(one?.headers.location)
    const stored = await fetch(one?.headers.location as string)
    expect(stored.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await stored.arrayBuffer()).equals(rendered.body)).toBe(true)
    const proxied = await ask(apis[0].base, '/photo_91_91.jpg?fit=crop&proxy=true')
    expect(proxied.body.equals(rendered.body)).toBe(true)
  })

  it('every one of many variants is linked once, and rendered once', async () => {
    const before = await totalRenders()
    const paths = Array.from({ length: 60 }, (_, index) => `/photo_${100 + index}_50.webp`)
    await Promise.all(paths.map((path, index) => ask(apis[index % 2 === 0 ? 0 : 1].base, path)))
    for (const path of paths) await askUntil(({ status }) => status === 307, apis[0].base, path)
    const { rows } = await query(
      deployed.databaseUrl,
      "SELECT count(*)::int AS links, count(DISTINCT x)::int AS variants FROM images WHERE y = 50 AND file_type = 'image/webp'",
    )
    expect(rows).toEqual([{ links: 60, variants: 60 }])
    expect((await totalRenders()) - before).toBe(60)
  })

  it('out of bounds, damaged and cropped images go through the renderer service as well', async () => {
    const before = await rendererTasks()
    const wide = await makePhoto({ width: 3000, height: 30, format: 'png' })
    await store(apis[0].base, 'wide', wide)
    const cover = await ask(apis[0].base, '/wide_500_500.png?fit=cover')
    expect([cover.status, cover.headers.location]).toEqual([307, '/wide_20_20.png?fit=cover'])
    const covered = await rendererTasks()
    expect(covered.render).toBeGreaterThan(before.render)
    await expect(store(apis[0].base, 'broken', photo.subarray(0, 2000))).rejects.toThrow(/415/)
    const token = await getToken(apis[0].base, 'cropped')
    const region = '?x=300&y=100&width=40&height=30'
    const cropped = await upload(apis[0].base, 'cropped', token, photo, region)
    expect(json(cropped)).toMatchObject({ original_width: 40, original_height: 30 })
    // The wide one, the damaged one and the cropped one.
    expect((await rendererTasks()).takenIn).toBe(before.takenIn + 3)
  })

  it('links that are deleted are forgotten by every api', async () => {
    const path = '/photo_92_92.jpg'
    const isHit = ({ status }: { status: number }) => status === 307
    // One after the other: of two that render it at once, the later one's link may be recorded after the deletion.
    const hits = []
    for (const { base } of apis) hits.push(await askUntil(isHit, base, path))
    await query(deployed.databaseUrl, 'DELETE FROM images WHERE x = 92')
    const old = hits[0]?.headers.location
    // It is rendered anew by one of them; the other may be asked again only when that is stored already.
    const isNew = ({ headers }: Answer) => headers.location !== old
    const answers = await Promise.all(apis.map(({ base }) => askUntil(isNew, base, path)))
    expect(answers.some(({ status }) => status === 200)).toBe(true)
  })

  it('with Redis gone, hits and misses are answered, and with it back variants are stored again', async () => {
    await deployed.proxies.redis.set({ kind: 'refuse' })
    expect((await ask(apis[0].base, '/photo_91_91.jpg?fit=crop')).status).toBe(307)
    expect((await ask(apis[0].base, '/photo_93_93.jpg')).status).toBe(200)
    await store(apis[0].base, 'meanwhile', photo)
    await deployed.proxies.redis.set({ kind: 'none' })
    await askUntil(({ status }) => status === 307, apis[0].base, '/photo_93_93.jpg')
  })

  it('with the renderer gone, the api decodes by itself', async () => {
    await renderer.stop()
    const before = await totalRenders()
    const miss = await ask(apis[0].base, '/photo_94_94.jpg')
    expect([miss.status, miss.headers['content-type']]).toEqual([200, 'image/jpeg'])
    expect((await totalRenders()) - before).toBe(1)
    expect((await ask(apis[0].base, '/photo_91_91.jpg?fit=crop')).status).toBe(307)
    const id = 'taken in by the api'
    await store(apis[0].base, id, photo)
  })

  it('every service ends cleanly', async () => {
    expect(await uploader.stop()).toBe(0)
    expect(await Promise.all(apis.map((api) => api.stop()))).toEqual([0, 0])
  })

  /** What the children of the renderer service have done: those of the api, which would do it as well, are not counted. */
  async function rendererTasks() {
    const metrics = await readMetrics(renderer.admin)
    const count = (kind: string) => metrics.sum('iaas_render_task_duration_seconds_count', { kind })
    return { render: count('render'), takenIn: count('take-in') }
  }

  async function totalRenders(): Promise<number> {
    const counts = await Promise.all(apis.map((api) => readMetric(api, 'iaas_renders_total')))
    return counts.reduce((sum, count) => sum + count, 0)
  }
})
