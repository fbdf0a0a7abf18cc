import {
  defaultOptions,
  fits,
  formatOptions,
  paramKeys,
  paramOf,
  parseOptions,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyOptions } from './_any-options.ts'
import { codeOf, refusalOf } from './_refusals.ts'

const names = paramKeys.map((key) => paramOf(key).name)

describe('parseOptions', () => {
  it('is the inverse of formatOptions', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        expect(parseOptions(formatOptions(options))).toEqual(options)
      }),
    )
  })

  it('does not depend on the order', () => {
    const shuffled = anyOptions.chain((options) => {
      const pairs = formatOptions(options)
      return fc
        .shuffledSubarray([...pairs], { minLength: pairs.length })
        .map((query) => ({ options, query }))
    })
    fc.assert(
      fc.property(shuffled, ({ options, query }) => {
        expect(parseOptions(query)).toEqual(options)
      }),
    )
  })

  it('fills in the defaults, and takes a default that is spelled out for the same', () => {
    expect(parseOptions([])).toEqual(defaultOptions)
    const spelled = 'fit=clip&blur=false&quality=auto&allow_webp=false&proxy=false'
    expect(parseOptions(new URLSearchParams(spelled))).toEqual(defaultOptions)
  })

  it('R8 ignores names that it does not know, repeated ones too', () => {
    const query = 'utm=1&utm=2&Fit=crop&quality[]=5&fit%5Bx%5D=1&=&toString=1'
    expect(parseOptions(new URLSearchParams(query))).toEqual(defaultOptions)
  })

  it.each(names)('R8 refuses %s when it is given more than once, and names it', (name) => {
    const value =
      {
        fit: 'crop',
        quality: '5',
        gravity: 'north',
        rect: '0,0,9,9',
        rotate: '90',
        flip: 'both',
        padding: '1',
        hue: '1',
        pixelate: '2',
        max_bytes: '1000',
        background: 'auto',
        radius: 'max',
        brightness: '2',
        contrast: '2',
        saturation: '2',
      }[name] ?? 'true'
    const error = refusalOf(() =>
      parseOptions([
        [name, value],
        ['other', ''],
        [name, value],
      ]),
    )
    expect(error?.code).toBe('INVALID_OPTION')
    expect(error?.message).toContain(`"${name}"`)
  })

  it('refuses a repeated option whose values differ', () => {
    const query = new URLSearchParams('quality=1&quality=2')
    expect(codeOf(() => parseOptions(query))).toBe('INVALID_OPTION')
  })

  it.each([
    ...['-1', '101', '75.5', '1e1', 'NaN', ' 75', '75 ', '٧٥', '075', '00', '', '+5', '0x10'].map(
      (value) => ['quality', value] as const,
    ),
    ...['1000', '-0', 'Infinity', 'automatic', '\u0000', '9'.repeat(500)].map(
      (value) => ['quality', value] as const,
    ),
    ...['', 'fill', 'crop ', 'toString'].map((value) => ['fit', value] as const),
    ...['North', '0.5', '0.5,', '0.5,0.5,0.5', '1.001,0', '0,-0', '0,0.1234', '.5,0', '0, 0'].map(
      (value) => ['gravity', value] as const,
    ),
    ...[
      '1,2,3',
      '1,2,3,4,5',
      '1,2,0,4',
      '1,2,3,0',
      '-1,2,3,4',
      '0.5,0.5,1,1',
      '0.0,0.0,0.0,1.0',
      '1.0,0.0,1.0,1.0',
      '0.0,0.0,1.1,1.0',
      '1e2,0,9,9',
      '65501,0,9,9',
      ' 1,2,3,4',
      ',,,',
    ].map((value) => ['rect', value] as const),
    ...['256', '-1', 'yes', '1.2345'].map((value) => ['trim', value] as const),
    ...['1,2', '1,2,3', '1,2,3,4,5', '1.5', '-1', '65501', '1, 2,3,4'].map(
      (value) => ['padding', value] as const,
    ),
    ...['brightness', 'contrast', 'saturation'].flatMap((name) =>
      ['-0.1', '4.001', '1.0001', '', '.5', '1e0', 'true'].map((value) => [name, value] as const),
    ),
    ...['360', '-1', '1.5', ''].map((value) => ['hue', value] as const),
    ...['0', '0.2', '100.001', '1e1', 'TRUE'].map((value) => ['blur', value] as const),
    ...['0', '0.2', '10.001'].map((value) => ['sharpen', value] as const),
    ...['1', '201', '2.5', 'true'].map((value) => ['pixelate', value] as const),
    ...['fff', '#ffffff', 'red', 'fffffff', 'gggggg', 'Blur', ''].map(
      (value) => ['background', value] as const,
    ),
    ...['Max', '-1', '1.5', '65501'].map((value) => ['radius', value] as const),
    ...[
      '',
      '.',
      '..',
      'a/b',
      String.raw`a\b`,
      '.htaccess',
      'a\nb',
      'a\u202Egpj',
      ' ',
      'a'.repeat(101),
    ].map((value) => ['download', value] as const),
    ...['999', '10000001', '1e4', '2000.5', '5kb'].map((value) => ['max_bytes', value] as const),
    ...['45', '-90', '360', '90.0', '090', ''].map((value) => ['rotate', value] as const),
    ...['x', 'Horizontal', 'true', ''].map((value) => ['flip', value] as const),
    ...['grayscale', 'negate', 'enlarge', 'allow_webp', 'proxy'].flatMap((name) =>
      ['', '1', '0', 'yes', 'TRUE', 'true ', 'null'].map((value) => [name, value] as const),
    ),
  ])('R9 refuses %s=%j, and names the option', (name, value) => {
    const error = refusalOf(() => parseOptions([[name, value]]))
    expect(error?.code).toBe('INVALID_OPTION')
    expect(error?.message).toContain(`"${name}"`)
    expect(error?.message.length).toBeLessThan(250)
  })

  it('accepts every whole quality from 0 to 100 and no other whole number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (quality) => {
        const code = codeOf(() => parseOptions([['quality', String(quality)]]))
        const isQuality = quality >= 0 && quality <= 100 && !Object.is(quality, -0)
        expect(code === undefined).toBe(isQuality)
      }),
    )
  })

  it.each(fits)('accepts the fit %s', (fit) => {
    expect(parseOptions([['fit', fit]]).fit).toBe(fit)
  })
})
