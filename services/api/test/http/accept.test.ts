import { expect, it } from '@jest/globals'
import { acceptedFormats } from '../../src/http/accept.ts'

it.each([
  'image/webp',
  'image/avif,image/webp,image/apng,*/*;q=0.8',
  'text/html, IMAGE/WEBP ; q=0.1',
])('Accept: %s names WebP', (accept) => {
  expect(acceptedFormats(accept)).toEqual(['webp'])
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
  expect(acceptedFormats(accept)).toEqual([])
})
