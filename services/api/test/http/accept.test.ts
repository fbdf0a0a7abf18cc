import { expect, it } from '@jest/globals'
import { acceptsWebp } from '../../src/http/accept.ts'

it.each([
  'image/webp',
  'image/avif,image/webp,image/apng,*/*;q=0.8',
  'text/html, IMAGE/WEBP ; q=0.1',
])('Accept: %s names WebP', (accept) => {
  expect(acceptsWebp(accept)).toBe(true)
})

it.each([
  undefined,
  '',
  '*/*',
  'image/*',
  'image/webp;q=0',
  'image/webp; q=0.000',
  'image/webp2',
  'x/image/webp',
])('Accept: %s does not', (accept) => {
  expect(acceptsWebp(accept)).toBe(false)
})
