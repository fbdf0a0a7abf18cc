import { describe, expect, it } from '@jest/globals'
import { createHttpDate } from '../../src/fast-lane/http-date.ts'

describe('the date of an answer', () => {
  it('stays the same until the second is over, and is another one then', () => {
    let time = Date.parse('2026-03-01T12:00:00.400Z')
    const httpDate = createHttpDate(() => time)
    expect(httpDate(5000)).toBe('Sun, 01 Mar 2026 12:00:00 GMT')
    time += 599
    expect(httpDate(5599)).toBe('Sun, 01 Mar 2026 12:00:00 GMT')
    time += 1
    expect(httpDate(5600)).toBe('Sun, 01 Mar 2026 12:00:01 GMT')
  })

  it('follows a clock that was set back', () => {
    let time = Date.parse('2026-03-01T12:00:00Z')
    const httpDate = createHttpDate(() => time)
    httpDate(5000)
    time = Date.parse('2025-01-01T00:00:00Z')
    expect(httpDate(6000)).toBe('Wed, 01 Jan 2025 00:00:00 GMT')
  })
})
