import { readFile, readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('errors', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { timeout: { conversion: 1500 } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it.each([
    [
      '/example_100.jpg',
      'There is no image of the id "example_100". The address asks for the original of this id; a size has a width and a height, as in "example_100_100.jpg".',
    ],
    [
      '/nobody.jpg',
      'There is no image of the id "nobody". The address asks for the original of this id.',
    ],
    [
      '/no_body_100_80.jpg',
      'There is no image of the id "no_body". The address asks for it in 100 x 80.',
    ],
    [
      '/nobody_100_80_2x.png',
      'There is no image of the id "nobody". The address asks for it in 100 x 80, 2x.',
    ],
  ])('404 for %s says how the address was read', async (path, detail) => {
    expect(json(await ask(target.base, path))['detail']).toBe(detail)
  })

  it('404 for an id without an original, sized or not', async () => {
    for (const path of ['/nobody_10_10.jpg', '/nobody.jpg']) {
      expectProblem(await ask(target.base, path), 404)
    }
  })

  it('504 at the limit of a render', async () => {
    await target.plant('bomb', makeScanBomb(5477, 5477, 2647))
    const startedAt = Date.now()
    expectProblem(await ask(target.base, '/bomb_100_100.jpg'), 504)
    // As a whole it takes minutes.
    expect(Date.now() - startedAt).toBeLessThan(15_000)
  })

  itWithoutEdge('504 leaves no work behind', async () => {
    await target.plant('stopped', makeScanBomb(5477, 5477, 2647))
    await ask(target.base, '/stopped_100_100.jpg')
    const before = await childCpu()
    await ask(target.base, '/photo_103_103.jpg')
    expect((await childCpu()) - before).toBeLessThan(1)
  })

  it('503 for what has taken its renderer down several times, with a Retry-After of the minutes that it is kept out', async () => {
    await target.plant('repeated', makeScanBomb(5477, 5477, 2647))
    const answer = await askUntil(
      ({ status }) => status !== 504,
      target.base,
      '/repeated_100_100.jpg',
    )
    expectProblem(answer, 503)
    const seconds = Number(answer.headers['retry-after'])
    expect([seconds > 540, seconds <= 600]).toEqual([true, true])
  })

  it('413 and 415 for an original that no upload would have brought in', async () => {
    await target.plant('text', Buffer.from('no image'))
    expectProblem(await ask(target.base, '/text_10_10.jpg'), 415)
    expect((await ask(target.base, '/text.jpg')).headers['content-type']).toBe(
      'application/octet-stream',
    )
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'PROPFIND'])('R19 405 and Allow for %s', async (method) => {
    const answer = await ask(target.base, '/photo_10_10.jpg', { method })
    expectProblem(answer, 405)
    expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS')
  })

  itWithoutEdge('405 for TRACE, 404 for a variant that is not stored here', async () => {
    expectProblem(await ask(target.base, '/photo_10_10.jpg', { method: 'TRACE' }), 405)
    expectProblem(await ask(target.base, '/_variants/00/11/22.jpg'), 404)
  })

  it('every error is problem+json with its five members, not cached, and names the parameter at fault', async () => {
    const answer = await ask(target.base, '/photo_10_10.jpg?fit=stretch')
    expectProblem(answer, 400)
    expect(json(answer)['detail']).toBe(
      'The option "fit" must be clip, crop, canvas, cover; received "stretch".',
    )
  })

  itWithoutEdge('never says what it runs on', async () => {
    for (const path of ['/photo_10_10.jpg', '/nobody.jpg', '/healthz']) {
      const { headers } = await ask(target.base, path)
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('server')
    }
  })

  it('R15 a client never decides what an answer says of hosts', async () => {
    const hostile = {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Original-URL': '/x',
    }
    const answer = await ask(target.base, '/photo_4000_10.jpg', { headers: hostile })
    expect(answer.headers.location).toBe('/photo_2000_10.jpg')
    expect(JSON.stringify(answer.headers)).not.toContain('evil')
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
    const parent = `${target.stack?.process.pid}`
    let ticks = 0
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[1] === parent) ticks += Number(fields[11]) + Number(fields[12])
    }
    return ticks / 100
  }
})
