import { parseCrop } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { refusalOf } from './_refusals.ts'

function parse(query: string) {
  return parseCrop(new URLSearchParams(query))
}

describe('parseCrop', () => {
  it('is undefined where no side is given', () => {
    expect(parse('')).toBeUndefined()
    expect(parse('fit=crop&X=1')).toBeUndefined()
  })

  it('reads the region in any order', () => {
    expect(parse('height=4&x=0&other=9&width=3&y=2')).toEqual({
      left: 0,
      top: 2,
      width: 3,
      height: 4,
    })
  })

  it.each([
    ['x=1&y=2&width=3', 'height'],
    ['width=3', 'x'],
    ['x=1&y=2&width=3&height=4&x=1', 'x'],
    ['x=-1&y=2&width=3&height=4', 'x'],
    ['x=1&y=a&width=3&height=4', 'y'],
    ['x=1&y=2&width=0&height=4', 'width'],
    ['x=1&y=2&width=3&height=', 'height'],
    ['x=1&y=2&width=1e3&height=4', 'width'],
    ['x=01&y=2&width=3&height=4', 'x'],
    ['x=1&y=2&width=3&height=4.5', 'height'],
    [`x=${'9'.repeat(500)}&y=2&width=3&height=4`, 'x'],
  ])('refuses %s and names %s', (query, name) => {
    const error = refusalOf(() => parse(query))
    expect(error?.code).toBe('INVALID_CROP')
    expect(error?.message).toContain(`"${name}"`)
    expect(error?.message.length).toBeLessThan(150)
  })
})
