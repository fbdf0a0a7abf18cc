import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { ask, askUntil, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

type Line = Readonly<Record<string, unknown>>

function linesOf(stack: Stack): readonly Line[] {
  const texts = stack
    .output()
    .split('\n')
    .filter((text) => text.startsWith('{"'))
  return texts.map((text) => JSON.parse(text) as Line)
}

/** Makes a process warn when it gets SIGWINCH, as a library may at any time. */
const warnOnSignal =
  "--import=data:text/javascript,process.on('SIGWINCH',()=>process.emitWarning('An%20old%20Node.js'))"

describe('the log', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ env: { LOG_LEVEL: 'info', NODE_OPTIONS: warnOnSignal } })
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  /** The lines of the requests for an address, once there are so many. */
  async function requestsFor(path: string, count: number): Promise<readonly Line[]> {
    const find = () => linesOf(stack).filter((line) => line['path'] === path)
    await until(() => find().length >= count)
    return find()
  }

  it('has for a request: the id, the client, the bytes, and where the time went', async () => {
    const path = '/photo_20_20.jpg'
    const made = await ask(stack.base, path)
    await askUntil(({ status }) => status === 307, stack.base, path)
    await ask(stack.base, path)
    const [miss, ...others] = await requestsFor(path, 3)
    expect(miss).toMatchObject({ status: 200, outcome: 'miss', id: 'photo', client: '127.0.0.1' })
    expect(miss).toMatchObject({
      lookup: expect.any(Number),
      queue: expect.any(Number),
      render: expect.any(Number),
    })
    expect(miss?.['bytes']).toBeGreaterThan(made.body.length)
    expect(miss?.['bytes']).toBeLessThan(made.body.length + 2000)
    const hit = others.at(-1)
    expect(hit).toMatchObject({ status: 307, outcome: 'hit', id: 'photo', client: '127.0.0.1' })
    expect(hit?.['bytes']).toBeGreaterThan(100)
    expect(hit?.['bytes']).toBeLessThan(2000)
    expect(hit?.['render']).toBeUndefined()
  })

  it('has a line for a warning of Node.js or a library, which is printed nowhere else', async () => {
    stack.process.kill('SIGWINCH')
    await until(() => stack.output().includes('An old Node.js'))
    const warnings = linesOf(stack).filter(({ message }) =>
      String(message).startsWith('warning of'),
    )
    expect(warnings).toEqual([expect.objectContaining({ level: 'warn' })])
    expect(JSON.stringify(warnings)).toContain('An old Node.js')
    expect(stack.output()).not.toContain('--trace-warnings')
  })

  it('has the id of an original and of an upload', async () => {
    await ask(stack.base, '/photo.jpg')
    expect((await requestsFor('/photo.jpg', 1))[0]).toMatchObject({ id: 'photo' })
    expect((await requestsFor('/photo', 1))[0]).toMatchObject({ outcome: 'upload', id: 'photo' })
  })

  it('has no line for the probes of health', async () => {
    for (const path of ['/healthz', '/readyz', '/_health', '/robots.txt']) {
      await ask(stack.base, path)
    }
    await requestsFor('/robots.txt', 1)
    const paths = linesOf(stack).map((line) => line['path'])
    expect(paths).not.toContain('/healthz')
    expect(paths).not.toContain('/readyz')
    expect(paths).not.toContain('/_health')
  })

  it('has one line for a rendition that is stored, with its id and the key of its object', async () => {
    const path = '/photo_30_30.jpg'
    const { headers } = await askUntil(({ status }) => status === 307, stack.base, path)
    const key = new URL(String(headers.location), stack.base).pathname.replace('/_variants/', '')
    const about = () => linesOf(stack).filter((line) => line['key'] === key)
    await until(() => about().length > 0)
    expect(about()).toEqual([
      expect.objectContaining({ message: 'rendition stored', id: 'photo', ms: expect.any(Number) }),
    ])
    const keys = linesOf(stack).flatMap((line) => ('key' in line ? [line['key']] : []))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
