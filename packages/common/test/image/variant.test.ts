import {
  type Policy,
  type Variant,
  defaultVariantOptions,
  isNegotiated,
  keepsAnimation,
  isUndecided,
  revive,
  toVariant,
  variantOptionKeys,
  variantKey,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyRequest } from './_arbitraries.ts'
import { read } from './_bounding.ts'
import { refusalOf } from './_refusals.ts'

const plain: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: false,
  webpSwitch: false,
}
const anyPolicy: fc.Arbitrary<Policy> = fc.record(
  {
    bounds: fc.constant(plain.bounds),
    webpOptIn: fc.boolean(),
    webpSwitch: fc.boolean(),
  },
  { noNullPrototype: true },
)

describe('toVariant', () => {
  it('is the image that is asked for, with the scale folded in', () => {
    expect(toVariant(read('/a_100_80_3x.jpeg?fit=crop&blur=true&quality=7'), plain, [])).toEqual({
      ...defaultVariantOptions,
      id: 'a',
      width: 300,
      height: 240,
      fit: 'crop',
      format: 'jpg',
      blur: true,
      quality: 7,
    })
  })

  it('does not depend on a proxy, nor on an Accept that cannot change the answer', () => {
    fc.assert(
      fc.property(anyRequest, anyPolicy, (request, policy) => {
        fc.pre(request.format !== 'auto')
        const proxied = {
          ...request,
          options: { ...request.options, proxy: !request.options.proxy },
        }
        expect(toVariant(proxied, policy, ['webp'])).toEqual(toVariant(request, policy, ['webp']))
        const changes =
          toVariant(request, policy, ['webp']).format !== toVariant(request, policy, []).format
        expect(isNegotiated(request, policy)).toBe(changes)
      }),
    )
  })

  it('is the same after its way through JSON, the defaults included', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const variant = toVariant(request, plain, [])
        const revived = revive(JSON.parse(JSON.stringify(variant)) as Variant)
        expect(revived).toEqual(variant)
        for (const key of variantOptionKeys) {
          const isDefault = variant[key] === defaultVariantOptions[key]
          expect([key, revived[key] === defaultVariantOptions[key]]).toEqual([key, isDefault])
        }
      }),
    )
  })

  it('keeps no quality where the format has none', () => {
    expect(toVariant(read('/a_1_1.png?quality=7'), plain, []).quality).toBe('auto')
    expect(toVariant(read('/a_1_1.webp?quality=7'), plain, []).quality).toBe(7)
  })

  it.each([
    ['/a_9_9.jpg?gravity=north', '/a_9_9.jpg'],
    ['/a_9_9.jpg?fit=cover&gravity=0,1', '/a_9_9.jpg?fit=cover'],
    ['/a_9_9.jpg?fit=crop&gravity=center', '/a_9_9.jpg?fit=crop'],
    ['/a_9_9.jpg?fit=crop&gravity=0.50,0.500', '/a_9_9.jpg?fit=crop'],
    ['/a_9_9.jpg?fit=crop&gravity=0.5,0', '/a_9_9.jpg?fit=crop&gravity=north'],
    ['/a_9_9.jpg?fit=canvas&gravity=1.0,1', '/a_9_9.jpg?gravity=southeast&fit=canvas'],
    ['/a_9_9.jpg?enlarge=true', '/a_9_9.jpg'],
    ['/a_9_9.jpg?gravity=smart&fit=canvas', '/a_9_9.jpg?fit=canvas'],
    ['/a_9_9.jpg?gravity=smart&fit=cover', '/a_9_9.jpg?fit=cover'],
    ['/a_9_9.jpg?gravity=focal&fit=canvas', '/a_9_9.jpg?fit=canvas'],
    ['/a_9_9.jpg?gravity=focal&fit=clip', '/a_9_9.jpg'],
    ['/a_9_9.jpg?frame=0', '/a_9_9.jpg'],
    ['/a_9_9.gif?frame=3&animated=false', '/a_9_9.gif?frame=3'],
    ['/a_9_9.webp?frame=3&animated=false', '/a_9_9.webp?frame=3'],
    ['/a_9_9.png?quality=high', '/a_9_9.png'],
    ['/a_9_9.png?max_bytes=5000', '/a_9_9.png'],
    ['/a_9_9.jpg?rotate=0&flip=none', '/a_9_9.jpg'],
    ['/a_9_9.jpg?trim=true', '/a_9_9.jpg?trim=10'],
    ['/a_9_9.jpg?padding=5,5,5,5', '/a_9_9.jpg?padding=5'],
    ['/a_9_9.jpg?padding=0&radius=0&hue=0&contrast=1.0&blur=false', '/a_9_9.jpg'],
    ['/a_9_9.jpg?background=FFFFFF', '/a_9_9.jpg'],
    ['/a_9_9.jpg?background=ff000080', '/a_9_9.jpg?background=ff7f7f'],
    ['/a_9_9.jpg?background=transparent', '/a_9_9.jpg'],
    ['/a_9_9.png?background=transparent', '/a_9_9.png'],
    ['/a_9_9.png?background=12345600&padding=1', '/a_9_9.png?background=transparent&padding=1'],
    ['/a_9_9.png?fit=canvas&background=ffffffFF', '/a_9_9.png?fit=canvas'],
    ['/a_9_9.png?background=AABBCCff', '/a_9_9.png?background=aabbcc'],
    ['/a_9_9.jpg?background=blur', '/a_9_9.jpg'],
    ['/a_9_9.png?background=auto&radius=3', '/a_9_9.png?radius=3'],
    ['/a_9_9.jpg?grayscale=true&saturation=3&hue=10', '/a_9_9.jpg?grayscale=true'],
    [
      '/a_9_9_2x.jpg?padding=5&radius=4&blur=1.5&sharpen=2&pixelate=8',
      '/a_18_18.jpg?padding=10&radius=8&blur=3&sharpen=4&pixelate=16',
    ],
    [
      '/a_9_9_3x.jpg?blur=true&sharpen=true&radius=max',
      '/a_27_27.jpg?blur=true&sharpen=true&radius=max',
    ],
    ['/a_9_9_3x.jpg?blur=0.3', '/a_27_27.jpg?blur=0.9'],
    ['/a_9_9.jpg?flip=both', '/a_9_9.jpg?rotate=180'],
    ['/a_9_9.jpg?flip=both&rotate=180', '/a_9_9.jpg'],
    ['/a_9_9.jpg?flip=vertical', '/a_9_9.jpg?rotate=180&flip=horizontal'],
    ['/a_9_9.jpg?rect=0.0,0.10,1.0,0.500', '/a_9_9.jpg?rect=0.0,0.1,1.0,0.5'],
    ['/a_300_0.jpg?fit=crop&gravity=north', '/a_300_0.jpg'],
    ['/a_0_300.jpg?fit=canvas', '/a_0_300.jpg?fit=cover'],
    ['/a_150_0_2x.jpg', '/a_300_0.jpg'],
  ])('R47 is the same for %s and %s', (one, other) => {
    expect(toVariant(read(one), plain, [])).toEqual(toVariant(read(other), plain, []))
    const keyOf = (url: string) => variantKey(toVariant(read(url), plain, []))
    expect(keyOf(one)).toBe(keyOf(other))
  })

  it.each(['blur=60', 'sharpen=6', 'pixelate=150', 'padding=40000', 'radius=40000'])(
    'R48 refuses %s where the scale multiplies it beyond its range, and names it',
    (query) => {
      const error = refusalOf(() => toVariant(read(`/a_9_9_2x.jpg?${query}`), plain, []))
      expect(error?.code).toBe('INVALID_OPTION')
      expect(error?.message).toContain(`"${query.split('=')[0]}"`)
    },
  )

  it.each([
    ['/a_9_9.jpg?enlarge=false', 'v1/jpg/clip/9x9/sharp/qauto/enlarge=false/a'],
    ['/a_300_0.jpg?fit=crop', 'v1/jpg/clip/300x0/sharp/qauto/a'],
    [
      '/a_9_9.png?rotate=90&rect=1,2,3,4',
      'v1/png/clip/9x9/sharp/qauto/rect=1%2C2%2C3%2C4&rotate=90/a',
    ],
    ['/a_9_9.jpg?blur=true&trim=true', 'v1/jpg/clip/9x9/blur/qauto/trim=10/a'],
    [
      '/a_9_9.jpg?blur=2.50&padding=1,2,3,4',
      'v1/jpg/clip/9x9/sharp/qauto/padding=1%2C2%2C3%2C4&blur=2.5/a',
    ],
    [
      '/a_9_9.jpg?quality=low&gravity=smart&fit=crop',
      'v1/jpg/crop/9x9/sharp/qauto/gravity=smart&quality=low/a',
    ],
    ['/a_9_9.jpg?gravity=0,0.25&fit=crop', 'v1/jpg/crop/9x9/sharp/qauto/gravity=0%2C0.25/a'],
  ])('has a key that never changes: %s is %s', (url, key) => {
    expect(variantKey(toVariant(read(url), plain, []))).toBe(key)
  })

  it.each([
    ['jpg', '', { webpOptIn: true, webpSwitch: false }, 'jpg'],
    ['jpg', '?allow_webp=true', { webpOptIn: true, webpSwitch: false }, 'webp'],
    ['png', '?allow_webp=true', { webpOptIn: true, webpSwitch: false }, 'webp'],
    ['png', '?allow_webp=true', { webpOptIn: false, webpSwitch: false }, 'png'],
    ['png', '', { webpOptIn: false, webpSwitch: true }, 'webp'],
    ['webp', '', { webpOptIn: true, webpSwitch: true }, 'webp'],
  ])(
    'answers .%s%s under %j in %s where the client accepts WebP',
    (extension, query, webp, format) => {
      const request = read(`/a_1_1.${extension}${query}`)
      const policy = { ...plain, ...webp }
      expect(toVariant(request, policy, ['webp']).format).toBe(format)
      expect(toVariant(request, policy, []).format).toBe(extension)
    },
  )

  it('takes the quality along when PNG becomes WebP', () => {
    const request = read('/a_1_1.png?quality=7&allow_webp=true')
    expect(toVariant(request, { ...plain, webpOptIn: true }, ['webp']).quality).toBe(7)
  })

  it.each([
    [['webp', 'avif'], 'avif'],
    [['webp'], 'webp'],
    [[], 'jpg'],
    [['jpg', 'png'], 'jpg'],
  ] as const)('R53 chooses for .auto and a client that accepts %j: %s', (accepted, format) => {
    const request = read('/a_1_1.auto?allow_webp=true')
    const variant = toVariant(request, { ...plain, webpSwitch: true }, accepted)
    expect(variant.format).toBe(format)
    expect(isUndecided(request, plain, accepted)).toBe(format === 'jpg')
    expect(variantKey(variant)).toBe(variantKey(toVariant(read(`/a_1_1.${format}`), plain, [])))
  })

  it('chooses for .auto by the order of the configuration, and PNG if the original needs it', () => {
    const request = read('/a_1_1.auto?quality=7')
    const policy = { ...plain, autoFormats: ['webp'] as const }
    expect(toVariant(request, policy, ['webp', 'avif']).format).toBe('webp')
    expect(isUndecided(request, policy, ['avif'])).toBe(true)
    expect(toVariant(request, policy, ['avif'], 'png')).toMatchObject({
      format: 'png',
      quality: 'auto',
    })
  })

  it('is not changed by the WebP switches of the legacy iaas, except for JPEG and PNG', () => {
    const policy = { ...plain, webpSwitch: true }
    for (const format of ['avif', 'webp']) {
      const request = read(`/a_1_1.${format}`)
      expect(toVariant(request, policy, ['webp']).format).toBe(format)
      expect(isNegotiated(request, policy)).toBe(false)
    }
  })

  it.each([
    ['gif', '', '?animated=true', true],
    ['gif', '?animated=false', '?animated=false', false],
    ['webp', '', '?animated=false', false],
    ['webp', '?animated=true', '?animated=true', true],
    ['jpg', '', '?animated=false', false],
    ['avif', '?animated=auto', '', false],
  ])('R55 has one key for .%s%s and %s', (extension, query, other, animates) => {
    const variantOf = (more: string) => toVariant(read(`/a_1_1.${extension}${more}`), plain, [])
    expect(variantKey(variantOf(query))).toBe(variantKey(variantOf(other)))
    expect(keepsAnimation(variantOf(query))).toBe(animates)
  })

  it('refuses animated=true beside max_bytes', () => {
    const request = read('/a_1_1.webp?animated=true&max_bytes=5000')
    expect(() => toVariant(request, plain, [])).toThrow(/"animated".*max_bytes/)
  })

  it.each(['jpg', 'png', 'avif', 'auto'])('refuses animated=true in .%s', (extension) => {
    const request = read(`/a_1_1.${extension}?animated=true`)
    expect(() => toVariant(request, plain, ['webp'])).toThrow(/"animated".*\.gif and \.webp/)
  })
})
