import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { ask, getToken, multipart, postToken, upload } from '../support/http.ts'
import { sendAndHangUp, sendRaw } from '../support/raw-request.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('an upload that is too large, or breaks off,', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    const constraints = { max_on_disk: 0.5, max_input: 4, max_upload_bytes: 3_000_000 }
    target = await startTarget({ config: { constraints } })
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  /** An attempt that failed has left no file, and a new token for its id is to be had. */
  async function expectNothingLeft(id: string, filesBefore: number): Promise<void> {
    await until(async () => (await target.countOriginals()) === filesBefore)
    expect((await ask(target.base, `/${encodeURIComponent(id)}.jpg`)).status).toBe(404)
    await until(async () => (await postToken(target.base, { id })).status === 200)
  }

  it('T8 413 for many at once that are a little too large, and every one is answered', async () => {
    const files = await target.countOriginals()
    const image = Buffer.concat([photo, Buffer.alloc(3_000_000)])
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const id = `too large ${index}`
        return (await upload(target.base, id, await getToken(target.base, id), image)).status
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([413]))
    await until(async () => (await target.countOriginals()) === files)
  })

  itWithoutEdge('T8 413 as soon as a body without a length is over the maximum', async () => {
    const files = await target.countOriginals()
    const token = await getToken(target.base, 'endless')
    const head = `POST /endless HTTP/1.1\r\nHost: x\r\nX-Token: ${token}\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n`
    const part = '--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
    const chunk = (content: string) =>
      `${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`
    const answer = await sendRaw(target.base, head + chunk(part) + chunk('x'.repeat(4_000_000)))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    await expectNothingLeft('endless', files)
  })

  it.each([0, 1, 200, 1000, 5000])(
    'T6 a connection that is closed after %d bytes of the body',
    async (sent) => {
      const id = `broken off ${sent}`
      const files = await target.countOriginals()
      const token = await getToken(target.base, id)
      const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
      const head = [
        `POST /${encodeURIComponent(id)} HTTP/1.1`,
        'Host: x',
        `Content-Type: ${headers['Content-Type']}`,
        `Content-Length: ${body.length}`,
        `X-Token: ${token}`,
        '\r\n',
      ].join('\r\n')
      await sendAndHangUp(target.base, Buffer.concat([Buffer.from(head), body.subarray(0, sent)]))
      // What an edge never passed on has cost nothing: the token is still good.
      if (target.stack === undefined) await upload(target.base, id, token, Buffer.from('x'))
      await expectNothingLeft(id, files)
    },
  )

  it('400 for a form that ends too early, wherever it ends', async () => {
    const files = await target.countOriginals()
    const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
    const ends = Array.from({ length: 60 }, (_, index) =>
      index < 30 ? index * 5 : body.length - 5 - (index - 30) * 3,
    )
    const statuses = await Promise.all(
      ends.map(async (end) => {
        const id = `ends at ${end}`
        const answer = await ask(target.base, `/${encodeURIComponent(id)}`, {
          method: 'POST',
          headers: { ...headers, 'X-Token': await getToken(target.base, id) },
          body: body.subarray(0, end),
        })
        return answer.status
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([400]))
    await until(async () => (await target.countOriginals()) === files)
  })
})
