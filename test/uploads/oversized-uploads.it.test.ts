import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listFiles } from '../support/files.ts'
import { getToken } from '../support/http.ts'
import { sendRaw } from '../support/raw-request.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'

const maxBytes = 2_000_000
const part = '--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'

describe('uploads that are larger than they may be', () => {
  let apis: Apis
  let api: Stack

  beforeAll(async () => {
    apis = await provideApis()
    const config = { constraints: { max_upload_bytes: maxBytes } }
    api = await apis.start({ NODE_CONFIG: JSON.stringify(config) })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const temporary = () => listFiles(`${apis.dataDir}/originals`)

  async function head(id: string, ...fields: string[]): Promise<string> {
    const token = await getToken(api.base, id)
    const lines = [`POST /${id} HTTP/1.1`, 'Host: x', `X-Token: ${token}`, ...fields]
    return `${lines.join('\r\n')}\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n`
  }

  /** Sends chunks for as long as the service takes them. */
  async function sendEndlessly(text: string) {
    const socket = connect(Number(new URL(api.base).port), '127.0.0.1')
    socket.on('error', () => {})
    let answer = ''
    let answeredAt = 0
    let sentBytes = 0
    let largest = 0
    socket.setEncoding('latin1').on('data', (data: string) => {
      answeredAt ||= sentBytes
      answer += data
    })
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    socket.write(`${text}${part.length.toString(16)}\r\n${part}\r\n`)
    while (!socket.destroyed) {
      await new Promise<void>((resolve) => socket.write(chunk, () => resolve()))
      sentBytes += 65_536
      for (const file of await temporary()) {
        largest = Math.max(largest, (await stat(file).catch(() => ({ size: 0 }))).size)
      }
    }
    return { answer, answeredAt, largest }
  }

  it('T8 are refused and cut as soon as they are too large, and never more of them is on the disk', async () => {
    const { answer, answeredAt, largest } = await sendEndlessly(
      await head('endless', 'Transfer-Encoding: chunked'),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toMatch(/\r\nConnection: close\r\n/)
    expect(largest).toBeLessThanOrEqual(maxBytes)
    expect(answeredAt).toBeLessThan(maxBytes + 20 * 1024 * 1024)
    await until(async () => (await temporary()).length === 0)
    await until(() => getToken(api.base, 'endless').then(Boolean, () => false))
  })

  it('T8 are refused by what they say of their length, before they are sent', async () => {
    const startedAt = performance.now()
    const text = await head('announced', `Content-Length: ${100 * 1024 ** 3}`)
    expect(await sendRaw(api.base, text)).toMatch(/^HTTP\/1\.1 413 /)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    await until(() => getToken(api.base, 'announced').then(Boolean, () => false))
  })

  it('T8 that say they are shorter than they are end there', async () => {
    const text = await head('liar', `Content-Length: ${part.length + 10}`, 'Connection: close')
    const answer = await sendRaw(api.base, `${text}${part}${'x'.repeat(1000)}`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    await until(async () => (await temporary()).length === 0)
    await until(() => getToken(api.base, 'liar').then(Boolean, () => false))
  })
})
