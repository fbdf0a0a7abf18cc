import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'

const page = join(import.meta.dirname, '..', '..', 'docs', 'operations.md')
const [, code = ''] = /```js\n(function handler[^]*?)```/.exec(readFileSync(page, 'utf8')) ?? []

type Headers = { accept?: { value: string } }

function acceptAfter(uri: string, accept: string | undefined): string | undefined {
  const headers: Headers = accept === undefined ? {} : { accept: { value: accept } }
  const event = { request: { uri, headers } }
  const request = runInNewContext(`${code};handler(event)`, { event }) as { headers: Headers }
  return request.headers.accept?.value
}

describe('the CloudFront Function of docs/operations.md', () => {
  it.each([
    ['/a_1_1.auto', 'image/avif,image/webp,*/*;q=0.8', 'image/avif'],
    ['/a_1_1.AUTO', 'text/html, IMAGE/WEBP ; q=0.1', 'image/webp'],
    ['/a_1_1.auto', 'image/avif;q=0,image/webp', 'image/webp'],
    ['/a_1_1.auto', 'image/*,*/*', '*/*'],
    ['/a_1_1.auto', undefined, '*/*'],
    ['/a_1_1.jpg', 'image/avif,image/webp', 'image/webp'],
    ['/a_1_1.jpg', 'image/avif', '*/*'],
  ])('makes of %s with Accept: %s the class %s', (uri, accept, expected) => {
    expect(acceptAfter(uri, accept)).toBe(expected)
  })
})
