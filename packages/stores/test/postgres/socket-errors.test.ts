import { describe, expect, it } from '@jest/globals'
import { isSocketCode } from '../../src/postgres/socket-errors.ts'

describe('the code of an error', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE'])(
    '%s is that of a connection',
    (code) => {
      expect(isSocketCode(code)).toBe(true)
    },
  )

  it.each(['57P01', 'ERR_INVALID_ARG_TYPE', 'STORE_UNAVAILABLE', ''])('"%s" is not', (code) => {
    expect(isSocketCode(code)).toBe(false)
  })
})
