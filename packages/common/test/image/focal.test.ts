import { describe, expect, it } from '@jest/globals'
import { parseFocal } from '@iaas/common/image'

describe('the focal point of an upload', () => {
  it('is two fractions', () => {
    expect(parseFocal([['focal', '0.3,0.4']])).toEqual({ x: 0.3, y: 0.4 })
    expect(parseFocal([['focal', '0,1']])).toEqual({ x: 0, y: 1 })
    expect(parseFocal([['x', '1']])).toBeUndefined()
  })

  it.each([
    '',
    '0.5',
    '0.5,0.5,0.5',
    '1.001,0',
    '-0.1,0',
    '1e-1,0',
    '0.1234,0',
    'NaN,0',
    '0.5;0.5',
  ])('T53 is refused if it is "%s"', (value) => {
    expect(() => parseFocal([['focal', value]])).toThrow('The option "focal" must be two')
  })

  it('T53 is refused if it is given twice, even as the same point', () => {
    const twice = ['0.5,0.5', '0.5,0.5'].map((value) => ['focal', value] as const)
    expect(() => parseFocal(twice)).toThrow('"focal" is given more than once')
  })
})
