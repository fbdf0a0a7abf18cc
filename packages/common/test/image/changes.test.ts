import { formatImageUrl, parseImageUrl, toVariant, variantKey } from '@iaas/common/image'
import { changedKeys } from '@iaas/common/image/changes'
import { defaultOptions, paramKeys, params } from '@iaas/common/image/params'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyRequest } from './_arbitraries.ts'

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }

function parseSized(url: string) {
  const [path = '', query = ''] = url.split('?')
  const request = parseImageUrl(path, new URLSearchParams(query))
  if (request.kind !== 'sized') throw new Error(`${url} has no size.`)
  return request
}

/** Returns the options whose rows of the table are read during `work`. */
function rowsReadBy(work: () => void): readonly string[] {
  const read = new Set<string>()
  const restorers = paramKeys.map((key) => {
    const row: object = params[key]
    const original = Object.getOwnPropertyDescriptors(row)
    for (const [field, { value }] of Object.entries(original)) {
      Object.defineProperty(row, field, { configurable: true, get: () => (read.add(key), value) })
    }
    return () => Object.defineProperties(row, original)
  })
  try {
    work()
  } finally {
    for (const restore of restorers) restore()
  }
  return [...read].toSorted()
}

describe('changedKeys', () => {
  it.each([
    ['/a_10_10.jpg', []],
    ['/a_10_0_2x.auto?unknown=1', []],
    ['/a_10_10_2x.png?padding=4', ['padding']],
    ['/a_10_10.jpg?quality=40&flip=horizontal&proxy=true', ['flip', 'proxy', 'quality']],
  ])('lets %s read only the rows of the options that it names', (url, named) => {
    const read = rowsReadBy(() => {
      variantKey(toVariant(parseSized(url), policy, ['webp']))
    })
    expect(read).toEqual(named)
  })

  it('gives every address without options the same defaults', () => {
    expect(parseSized('/a_10_10.jpg?unknown=1').options).toBe(defaultOptions)
  })

  it('knows the same of a request and its variant as a comparison with every default finds', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { options, ...rest } = parseSized(formatImageUrl(request))
        expect(changedKeys(options)).toEqual(changedKeys({ ...options }))
        const variant = toVariant({ ...rest, options }, policy, [])
        expect(changedKeys(variant)).toEqual(changedKeys({ ...variant }))
      }),
      { numRuns: 1000 },
    )
  })
})
