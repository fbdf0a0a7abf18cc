import { describe, expect, it } from '@jest/globals'
import { isServedAddress } from '../../src/signing/served-address.ts'

describe('the address of a stored variant', () => {
  it.each([
    ['/_variants/ab/cd/x.jpg', true],
    ['https://images.example/_variants/ab/cd/x.jpg', true],
    ['https://bucket.example/ab/cd/x.jpg', false],
    ['https://bucket.example/a/_variants/x.jpg', false],
    ['https://bucket.example', false],
  ])('%s leads to this service: %s', (url, isServed) => {
    expect(isServedAddress(url)).toBe(isServed)
  })
})
