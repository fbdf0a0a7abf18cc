import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { databaseUrl } from '../support/database.ts'
import { listFiles } from '../support/files.ts'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import { readMetric } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

describe('answers', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({
      env: { NODE_CONFIG: JSON.stringify({ timeout: { conversion: 1500 } }) },
    })
    await store(stack.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  /** Puts a file straight into the originals folder, as the seed keeps it, past every check of an upload. */
  async function plant(id: string, file: Buffer): Promise<void> {
    await writeFile(join(stack.dataDir, 'originals', id), file)
  }

  /** Resolves once everything that was rendered is stored. */
  async function untilSpoolIsEmpty(): Promise<void> {
    await until(async () => (await listFiles(join(stack.dataDir, 'spool'))).length === 0)
  }

  const imageHeaders = {
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'timing-allow-origin': '*',
    'content-security-policy': "default-src 'none'; sandbox",
  }

  it('200: a rendered image has validators, a year of life and its length', async () => {
    const answer = await ask(stack.base, '/photo_100_100.jpg')
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      ...imageHeaders,
      'cache-control': 'public, max-age=31536000',
      'content-length': `${answer.body.length}`,
    })
    expect(answer.headers.etag).toMatch(/^"[^"]+"$/)
    expect(Date.parse(answer.headers['last-modified'] ?? '')).toBeLessThanOrEqual(Date.now())
    expect(answer.headers['server-timing']).toMatch(/lookup;dur=[\d.]+.*render;dur=[\d.]+/)
  })

  it('200: an original has the same', async () => {
    const answer = await ask(stack.base, '/photo.jpg')
    expect(answer.headers).toMatchObject({
      ...imageHeaders,
      'cache-control': 'public, max-age=31536000',
      'content-length': `${answer.body.length}`,
    })
    expect(answer.headers.etag).toBeTruthy()
    expect(answer.headers['last-modified']).toBeTruthy()
  })

  it('304 for If-None-Match, without a render', async () => {
    const { headers } = await ask(stack.base, '/photo_101_101.jpg', { method: 'HEAD' })
    const before = await readMetric(stack, 'iaas_renders_total')
    const again = { headers: { 'If-None-Match': headers.etag as string } }
    const answer = await ask(stack.base, '/photo_101_101.jpg', again)
    expect([answer.status, answer.body.length, answer.headers.etag]).toEqual([304, 0, headers.etag])
    expect(await readMetric(stack, 'iaas_renders_total')).toBe(before)
  })

  it('304 for If-None-Match of a proxied hit as well', async () => {
    const path = '/photo_107_107.jpg?proxy=true'
    const { headers } = await ask(stack.base, path)
    await askUntil(({ status }) => status === 307, stack.base, '/photo_107_107.jpg')
    const answer = await ask(stack.base, path, {
      headers: { 'If-None-Match': headers.etag as string },
    })
    expect([answer.status, answer.headers.etag]).toEqual([304, headers.etag])
  })

  it('307 for a stored variant: Location, max-age, no X-Redirect-Info, and the same bytes there', async () => {
    const rendered = await ask(stack.base, '/photo_102_102.webp')
    const answer = await askUntil(({ status }) => status === 307, stack.base, '/photo_102_102.webp')
    expect(answer.headers).toMatchObject({ ...imageHeaders, 'cache-control': 'max-age=604800' })
    expect(answer.headers).not.toHaveProperty('x-redirect-info')
    const stored = await ask(stack.base, answer.headers.location as string)
    expect(stored.headers).toMatchObject({ ...imageHeaders, 'content-type': 'image/webp' })
    expect(stored.body.equals(rendered.body)).toBe(true)
  })

  it('404 for an id without an original, sized or not', async () => {
    for (const path of ['/nobody_10_10.jpg', '/nobody.jpg', '/_variants/00/11/22.jpg']) {
      expectProblem(await ask(stack.base, path), 404)
    }
  })

  it('504 at the limit of a render, and the work is really stopped', async () => {
    await plant('bomb', makeScanBomb(5477, 5477, 2647))
    const startedAt = Date.now()
    expectProblem(await ask(stack.base, '/bomb_100_100.jpg'), 504)
    expect(Date.now() - startedAt).toBeLessThan(1500 + 1000)
    const before = await childCpu()
    await ask(stack.base, '/photo_103_103.jpg')
    expect((await childCpu()) - before).toBeLessThan(1)
  })

  it('503 with Retry-After for what has taken its renderer down several times', async () => {
    await plant('repeated', makeScanBomb(5477, 5477, 2647))
    await ask(stack.base, '/repeated_100_100.jpg')
    await ask(stack.base, '/repeated_100_100.jpg')
    const answer = await ask(stack.base, '/repeated_100_100.jpg')
    expectProblem(answer, 503)
    expect(answer.headers['retry-after']).toBe('1')
  })

  it('413 and 415 for an original that no upload would have brought in', async () => {
    await plant('text', Buffer.from('no picture'))
    expectProblem(await ask(stack.base, '/text_10_10.jpg'), 415)
    expect((await ask(stack.base, '/text.jpg')).headers['content-type']).toBe(
      'application/octet-stream',
    )
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])(
    '405 and Allow for %s',
    async (method) => {
      const answer = await ask(stack.base, '/photo_10_10.jpg', { method })
      expectProblem(answer, 405)
      expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS')
    },
  )

  it('every error is problem+json with its five members, not cached, and names the parameter at fault', async () => {
    const answer = await ask(stack.base, '/photo_10_10.jpg?fit=stretch')
    expectProblem(answer, 400)
    expect(json(answer)['detail']).toBe(
      'The option "fit" must be clip, crop, canvas, cover; received "stretch".',
    )
  })

  it('never says what it runs on', async () => {
    for (const path of ['/photo_10_10.jpg', '/nobody.jpg', '/healthz']) {
      const { headers } = await ask(stack.base, path)
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('server')
    }
  })

  it('a client never decides what an answer says of hosts', async () => {
    const hostile = {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Original-URL': '/x',
    }
    const answer = await ask(stack.base, '/photo_4000_10.jpg', { headers: hostile })
    expect(answer.headers.location).toBe('/photo_2000_10.jpg')
    expect(JSON.stringify(answer.headers)).not.toContain('evil')
  })

  it('200 simultaneous requests of one new variant make one render, one object and one link', async () => {
    await untilSpoolIsEmpty()
    const before = await readMetric(stack, 'iaas_renders_total')
    const files = (await listFiles(join(stack.dataDir, 'variants'))).length
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask(stack.base, '/photo_333_222.jpg?fit=crop')),
    )
    await askUntil(({ status }) => status === 307, stack.base, '/photo_333_222.jpg?fit=crop')
    expect(await readMetric(stack, 'iaas_renders_total')).toBe(before + 1)
    expect(answers.every(({ status }) => status === 200 || status === 307)).toBe(true)
    const bodies = answers.filter(({ status }) => status === 200).map(({ body }) => body)
    expect(bodies.every((body) => body.equals(bodies[0] as Buffer))).toBe(true)
    const { rowCount } = await query(
      await databaseUrl(stack),
      "SELECT 1 FROM images WHERE id = 'photo' AND x = 333 AND y = 222",
    )
    expect(rowCount).toBe(1)
    await untilSpoolIsEmpty()
    const stored = await listFiles(join(stack.dataDir, 'variants'))
    expect(stored.length - files).toBe(1)
  })

  it('links that an operator deletes are rendered anew and stored again', async () => {
    const path = '/photo_104_104.jpg'
    const first = await askUntil(({ status }) => status === 307, stack.base, path)
    const purge = `DELETE FROM images WHERE ctid IN (SELECT ctid FROM images WHERE rendered_at < '2100-01-01' LIMIT 100)`
    await query(await databaseUrl(stack), purge)
    await askUntil(({ status }) => status === 200, stack.base, path)
    const second = await askUntil(({ status }) => status === 307, stack.base, path)
    expect(second.headers.location).not.toBe(first.headers.location)
    expect((await ask(stack.base, second.headers.location as string)).status).toBe(200)
  })

  it('proxy=true fetches from nowhere but its own store', async () => {
    const path = '/photo_105_105.jpg?proxy=true'
    await askUntil(({ status }) => status === 307, stack.base, '/photo_105_105.jpg')
    const url = await databaseUrl(stack)
    await query(
      url,
      "UPDATE images SET url = 'http://127.0.0.1:1/secret' WHERE id = 'photo' AND x = 105",
    )
    const redirect = ({ headers }: Answer) => headers.location === 'http://127.0.0.1:1/secret'
    await askUntil(redirect, stack.base, '/photo_105_105.jpg')
    const answer = await ask(stack.base, path)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
  })

  it('a proxied hit whose object is gone is rendered, and stored again', async () => {
    const path = '/photo_106_106.jpg'
    await askUntil(({ status }) => status === 307, stack.base, path)
    await rm(join(stack.dataDir, 'variants'), { recursive: true })
    expect((await ask(stack.base, `${path}?proxy=true`)).status).toBe(200)
    const healed = await askUntil(({ status }) => status === 307, stack.base, path)
    expect((await ask(stack.base, healed.headers.location as string)).status).toBe(200)
  })

  function expectProblem(answer: Answer, status: number): void {
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json',
    ])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body.length).toBeLessThan(1024)
    const problem = json(answer)
    expect(problem).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:/),
    })
    expect(answer.body.toString()).not.toMatch(/node_modules|\/data\/|at .*\.[jt]s:/)
  }

  /** Seconds of processor time that the living children of the stack have used. */
  async function childCpu(): Promise<number> {
    const parent = `${stack.process.pid}`
    let ticks = 0
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[1] === parent) ticks += Number(fields[11]) + Number(fields[12])
    }
    return ticks / 100
  }
})
