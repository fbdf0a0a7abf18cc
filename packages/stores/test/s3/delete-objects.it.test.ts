import { text } from 'node:stream/consumers'
import type { RequestListener } from 'node:http'
import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { serve } from './_bucket-server.ts'

const keys = Array.from({ length: 3 }, (_, width) => objectKey(makeVariant({ width }), 1))
const [first = '' as ObjectKey] = keys

/** Deletes the keys twice on a server, whose requests are noted. */
async function deleteTwice(answer: RequestListener) {
  const asked: string[] = []
  await using server = await serve((request, response) => {
    asked.push(request.method === 'DELETE' ? 'DELETE' : (request.url?.split('?')[1] ?? ''))
    answer(request, response)
  })
  const variants = createS3VariantStore({
    endpoint: server.url,
    bucket: 'bucket',
    keyPrefix: 'folder',
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    timeoutMs: 1000,
  })
  const failed = [await variants.deleteMany(keys), await variants.deleteMany(keys)]
  variants.close()
  const messages = failed.map((each) => [...each].map(([key, { message }]) => [key, message]))
  return { asked, messages }
}

const onlyOneByOne =
  (status: number, code: string): RequestListener =>
  (request, response) => {
    request.resume()
    if (request.method === 'DELETE') response.writeHead(204).end()
    else response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`)
  }

describe('the S3 variant store deletes many objects', () => {
  it('by one request, and tells which of them the server kept', async () => {
    const bodies: Promise<string>[] = []
    const refusal = `<Error><Key>folder/${first}</Key><Code>AccessDenied</Code><Message>secret</Message></Error>`
    const { asked, messages } = await deleteTwice((request, response) => {
      bodies.push(text(request))
      request.once('end', () => response.end(`<DeleteResult>${refusal}</DeleteResult>`))
    })
    for (const body of bodies) {
      expect((await body).match(/<Key>folder\//g)).toHaveLength(keys.length)
    }
    expect(asked).toEqual(['delete=', 'delete='])
    const refused = [[first, 'The variant store refused: AccessDenied.']]
    expect(messages).toEqual([refused, refused])
  })

  it.each([
    [501, 'NotImplemented'],
    [405, 'MethodNotAllowed'],
    [400, 'MissingContentMD5'],
  ])('F56 one by one on a server that answers %d %s, which is asked once', async (status, code) => {
    const { asked, messages } = await deleteTwice(onlyOneByOne(status, code))
    expect(messages).toEqual([[], []])
    expect(asked.filter((each) => each !== 'DELETE')).toEqual(['delete='])
    expect(asked.filter((each) => each === 'DELETE')).toHaveLength(6)
  })

  it('and names each of them where the server does not answer', async () => {
    const { messages } = await deleteTwice((request) => void request.socket.destroy())
    expect(messages[0]).toEqual(keys.map((key) => [key, 'The variant store does not answer.']))
  })
})
