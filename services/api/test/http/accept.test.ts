import { expect, it } from '@jest/globals'
import { acceptedFormats } from '../../src/http/accept.ts'

it.each([
  ['image/webp', ['webp']],
  ['image/avif,image/webp,image/apng,*/*;q=0.8', ['webp', 'avif']],
  ['text/html, IMAGE/WEBP ; q=0.1', ['webp']],
  ['image/avif;q=0.001', ['avif']],
  ['image/avif;q=0, image/webp;q=1.000', ['webp']],
  ['image/webp;level="a, b;q=0"', ['webp']],
  [String.raw`text/html;note="\", image/avif", image/webp`, ['webp']],
  ['text/html,,image/webp', ['webp']],
])('Accept: %s names %j', (accept, formats) => {
  expect(acceptedFormats(accept)).toEqual(formats)
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
  'text/html;note=", image/webp"',
])('Accept: %s names no format of these', (accept) => {
  expect(acceptedFormats(accept)).toEqual([])
})
