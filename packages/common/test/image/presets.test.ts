import {
  type ImageOptions,
  type Preset,
  type Presets,
  type Query,
  boundRequest,
  defaultOptions,
  formatImageUrl,
  paramKeys,
  paramOf,
  parseImageUrl,
  parsePreset,
  toVariant,
  variantKey,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyOptions, withoutLengths } from './_any-options.ts'
import { codeOf, refusalOf } from './_refusals.ts'

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }

/** Some options of an address or a preset, also at their defaults if those have a spelling. */
const someOptions = fc
  .tuple(anyOptions.map(withoutLengths), fc.subarray([...paramKeys]))
  .map(([options, keys]) =>
    keys.map((key) => [key, options[key]] as const).filter(([, value]) => value !== undefined),
  )

type Some = readonly (readonly [keyof ImageOptions, unknown])[]

function toQuery(options: Some): Query {
  return options.map(([key, value]) => [paramOf(key).name, paramOf(key).format(value)] as const)
}

function presetsOf(presets: Readonly<Record<string, readonly [box: string, query: Query]>>) {
  const parsed = Object.entries(presets).map(([name, [box, query]]): [string, Preset] => [
    name,
    parsePreset(box, query),
  ])
  return { byName: new Map(parsed), only: false } satisfies Presets
}

const sample = presetsOf({
  card: ['400x300', new URLSearchParams('fit=crop&gravity=north')],
  icon: ['64x64_2x', new URLSearchParams('fit=crop')],
  wide: ['300x0', []],
  soft: ['', new URLSearchParams('blur=true')],
  sharp: ['', new URLSearchParams('blur=false')],
})

function keyOf(address: string, presets: Presets = sample): string {
  const { pathname, search } = new URL(address, 'http://host')
  const request = parseImageUrl(pathname, new URLSearchParams(search), presets)
  if (request.kind !== 'sized') throw new Error(`${address} is no sized address`)
  return variantKey(toVariant(request, policy, []))
}

describe('presets in an address', () => {
  it('stand for their options; the address wins, also at a default, and later presets win over earlier ones', () => {
    fc.assert(
      fc.property(someOptions, someOptions, someOptions, (first, second, own) => {
        const presets = presetsOf({ one: ['', toQuery(first)], two: ['', toQuery(second)] })
        const query = [...toQuery(own), ['preset', 'one,two'] as const]
        const request = parseImageUrl('/a_30_20.jpg', query, presets)
        const merged = [...new Map([...first, ...second, ...own])]
        expect(request).toMatchObject({
          options: { ...defaultOptions, ...Object.fromEntries(merged) },
        })
      }),
    )
  })

  it('survive the round trip of a redirect: format is the inverse of parse', () => {
    fc.assert(
      fc.property(someOptions, someOptions, (preset, own) => {
        const presets = presetsOf({ one: ['', toQuery(preset)] })
        const query = [...toQuery(own), ['preset', 'one'] as const]
        const request = parseImageUrl('/a_3000_4000_2x.png', query, presets)
        if (request.kind !== 'sized') throw new Error('no sized address')
        const variant = toVariant(request, policy, [])
        const target = boundRequest(request, variant, policy.bounds) ?? request
        const { pathname, search } = new URL(formatImageUrl(target), 'http://host')
        expect(search).toContain('preset=one')
        expect(parseImageUrl(pathname, new URLSearchParams(search), presets)).toEqual(target)
      }),
    )
  })

  it.each([
    ['/a_400_300.jpg?preset=card', '/a_400_300.jpg?fit=crop&gravity=north'],
    ['/a_400_300.jpg?preset=card&fit=clip', '/a_400_300.jpg'],
    ['/a_40_30.jpg?preset=card,soft', '/a_40_30.jpg?fit=crop&gravity=north&blur=true'],
    ['/a_40_30.jpg?preset=soft,sharp', '/a_40_30.jpg'],
    ['/_preset/card/a.jpg', '/a_400_300.jpg?fit=crop&gravity=north'],
    ['/_preset/card_2x/a.jpg', '/a_800_600.jpg?fit=crop&gravity=north'],
    ['/_preset/icon/a.png', '/a_128_128.png?fit=crop'],
    ['/_preset/wide_2x/a.png', '/a_600_0.png'],
    ['/_preset/icon_1x/a.png', '/a_64_64.png?fit=crop'],
    ['/_preset/card/a.jpg?preset=soft&fit=cover', '/a_400_300.jpg?fit=cover&blur=true'],
    ['/_preset/card/caf%C3%A9.webp', '/caf%C3%A9_400_300.webp?fit=crop&gravity=north'],
    ['/_preset/card/a.b_c.jpg', '/a.b_c_400_300.jpg?fit=crop&gravity=north'],
  ])('%s is the variant of %s', (address, plain) => {
    expect(keyOf(address)).toBe(keyOf(plain))
  })

  it('are ignored like every unknown option where none is configured, and on originals', () => {
    const none = presetsOf({})
    expect(keyOf('/a_40_30.jpg?preset=card&preset=x', none)).toBe(keyOf('/a_40_30.jpg', none))
    const query = [['preset', 'nobody']] as const
    expect(parseImageUrl('/a.jpg', query, sample)).toEqual({ kind: 'original', id: 'a' })
  })

  it.each([
    ['/a_40_30.jpg?preset=nobody', 'INVALID_OPTION', /no preset "nobody"/],
    ['/a_40_30.jpg?preset=', 'INVALID_OPTION', /no preset ""/],
    ['/a_40_30.jpg?preset=card,', 'INVALID_OPTION', /no preset ""/],
    ['/a_40_30.jpg?preset=card&preset=soft', 'INVALID_OPTION', /more than once/],
    ['/_preset/nobody/a.jpg', 'INVALID_IMAGE_URL', /no preset "nobody"/],
    ['/_preset/__proto__/a.jpg', 'INVALID_IMAGE_URL', /no preset/],
    ['/_preset/constructor/a.jpg', 'INVALID_IMAGE_URL', /no preset/],
    ['/_preset/soft/a.jpg', 'INVALID_IMAGE_URL', /no size.*preset=soft/],
    ['/_preset/card_/a.jpg', 'INVALID_IMAGE_URL', /scale/],
    ['/_preset/card_0x/a.jpg', 'INVALID_IMAGE_URL', /scale/],
    ['/_preset/card_2x_2x/a.jpg', 'INVALID_IMAGE_URL', /scale/],
    ['/_preset/card/a', 'INVALID_IMAGE_URL', /must end in/],
    ['/_preset/card/', 'INVALID_IMAGE_URL', /must end in/],
    ['/_preset/card', 'INVALID_IMAGE_URL', /must end in/],
    ['/_preset/card/a/b.jpg', 'INVALID_ID', /"\/"/],
    ['/_preset/card/..%2Fb.jpg', 'INVALID_ID', /must not/],
    ['/_preset/card/_hashed.jpg', 'INVALID_ID', /must not begin/],
    ['/_preset/card/a_10_10.jpg', 'INVALID_ID', /like a size/],
    ['/_preset_10_10.jpg', 'INVALID_ID', /must not begin/],
    ['/%5Fpreset/card/a.jpg', 'INVALID_ID', /must not/],
  ])('R57 %s is refused with the reason', (address, code, reason) => {
    const [path = '', query = ''] = address.split('?')
    const error = refusalOf(() => parseImageUrl(path, new URLSearchParams(query), sample))
    expect([error?.code, error?.message]).toEqual([code, expect.stringMatching(reason)])
  })
})

describe('presets.only', () => {
  const only = { ...sample, only: true }
  const read = (address: string) => {
    const [path = '', query = ''] = address.split('?')
    return codeOf(() => parseImageUrl(path, new URLSearchParams(query), only))
  }

  it.each(['/a.jpg', '/_preset/card/a.jpg', '/_preset/card_2x/a.webp?proxy=true&v=7'])(
    'R56 serves %s',
    (address) => expect(read(address)).toBeUndefined(),
  )

  it('R56 refuses every other sized address, with any options', () => {
    fc.assert(
      fc.property(someOptions, fc.constantFrom('card', 'soft', ''), (own, name) => {
        const query = new URLSearchParams(
          [...toQuery(own)].map(([key, value]): [string, string] => [key, value]),
        )
        if (name !== '') query.set('preset', name)
        expect(codeOf(() => parseImageUrl('/a_400_300.jpg', query, only))).toBe('PRESET_REQUIRED')
      }),
    )
  })

  it.each([
    '/_preset/card/a.jpg?fit=crop',
    '/_preset/card/a.jpg?quality=auto',
    '/_preset/card/a.jpg?preset=soft',
    '/_preset/card/a.jpg?preset=card',
  ])('R56 refuses %s, which is not bare', (address) => {
    expect(read(address)).toBe('PRESET_REQUIRED')
  })
})

describe('a preset in the configuration', () => {
  it.each([
    ['0x0', ''],
    ['400', ''],
    ['400x300_0x', ''],
    ['400x300.jpg', ''],
    ['04x3', ''],
    ['400x300', 'fit=stretch'],
    ['', 'fit=crop&fit=crop'],
    ['', 'fitt=crop'],
    ['', 'preset=card'],
  ])('is refused as %s?%s', (box, query) => {
    expect(codeOf(() => parsePreset(box, new URLSearchParams(query)))).toMatch(/^INVALID_/)
  })
})
