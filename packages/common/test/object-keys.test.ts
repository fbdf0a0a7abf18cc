import { type ObjectKey, objectKey, originalPath, parseObjectKey } from '@iaas/common/digest'
import { type Variant, parseImageId, parseImageUrl, toVariant } from '@iaas/common/image'
import { createObjectKeys, readNamedKey } from '@iaas/common/object-keys'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const secret = 'a secret that all services share'
const keys = createObjectKeys(secret)
const renderedAt = 1_764_000_000_000
const policy = { bounds: { width: 9000, height: 9000 }, webpOptIn: false, webpSwitch: false }

function variantOf(target: string): Variant {
  const { pathname, searchParams } = new URL(target, 'http://localhost')
  const request = parseImageUrl(pathname, searchParams)
  if (request.kind !== 'sized') throw new Error(`${target} has no size.`)
  return toVariant(request, policy, [])
}

/** One of each option, values with every kind of character, and the longest that is no text. */
const targets = [
  '/photo_400_300.jpg?fit=crop',
  '/photo_0_300.webp',
  '/caf%C3%A9%20a_b_400_300_3x.jpeg?fit=crop&gravity=0.5,0.25&quality=80',
  '/photo_400_300.png?fit=canvas&background=00000080&padding=1,2,3,4&radius=max',
  '/photo_400_300.jpg?rect=0.0,0.125,0.5,0.75&trim=12.5&rotate=90&flip=both&enlarge=false',
  '/photo_400_300.jpg?brightness=1.4&contrast=0&hue=120&grayscale=true&negate=true&blur=4&sharpen=true',
  '/photo_400_300.gif?animated=true&pixelate=10&text=A%20%22B%22%20%3C%3E%26-_.~*%27()!%20%F0%9F%98%80',
  '/photo_400_300.avif?quality=high&max_bytes=2000&metadata=copyright&profile=p3',
] as const

describe('the key of an object', () => {
  it('shows the image, the variant, the time and a code', () => {
    const id = parseImageId('photo')
    const key = keys.of({ variant: makeVariant({ id, fit: 'crop', quality: 80 }), renderedAt })
    expect(key).toMatch(
      /^([\da-f]{2})\/([\da-f]{2})\/\1\2[\da-f]{60}\/100x80-crop-quality\.80-midc1z40-[\da-f]{16}\.jpg$/,
    )
    expect(key.startsWith(`${originalPath(id)}/`)).toBe(true)
  })

  it.each(targets)('tells the variant of %s, its time and its epoch', (target) => {
    const variant = variantOf(target)
    for (const epoch of [0, 7, 9_007_199_254_740_991]) {
      const key = keys.of({ variant, renderedAt, epoch })
      expect(parseObjectKey(key)).toBe(key)
      expect(key).toMatch(/^[\w./-]+$/)
      expect(readNamedKey(key, variant.id, secret)).toEqual({ variant, renderedAt, epoch })
    }
  })

  it('hashes options that are too long for it, and then tells no variant', () => {
    const text = encodeURIComponent('\u{1f600}'.repeat(100))
    const variant = variantOf(`/photo_9000_9000.webp?text=${text}`)
    const other = variantOf(`/photo_9000_9000.webp?text=${text}&text_size=40`)
    const key = keys.of({ variant, renderedAt, epoch: 9_007_199_254_740_991 })
    expect(key.slice(key.lastIndexOf('/')).length).toBeLessThan(255)
    expect(parseObjectKey(key)).toBe(key)
    expect(key).not.toBe(keys.of({ variant: other, renderedAt, epoch: 9_007_199_254_740_991 }))
    expect(readNamedKey(key, variant.id, secret)).toMatchObject({ variant: undefined, renderedAt })
  })

  it('is another one for each variant, time, epoch and secret', () => {
    const variant = makeVariant()
    const made = [
      keys.of({ variant, renderedAt }),
      keys.of({ variant, renderedAt: renderedAt + 1 }),
      keys.of({ variant, renderedAt, epoch: 1 }),
      keys.of({ variant: { ...variant, blur: true }, renderedAt }),
      keys.of({ variant: { ...variant, format: 'png' }, renderedAt }),
      createObjectKeys('another secret').of({ variant, renderedAt }),
    ]
    expect(new Set(made).size).toBe(made.length)
    expect(keys.of({ variant: { ...variant }, renderedAt, epoch: 0 })).toBe(made[0])
  })

  it('is that of the previous build without a secret, and is looked for under both with one', () => {
    const rendition = { variant: makeVariant(), renderedAt, epoch: 3 }
    const plain = objectKey(rendition.variant, renderedAt, 3)
    expect(createObjectKeys(undefined).all(rendition)).toEqual([plain])
    expect(createObjectKeys(undefined).of(rendition)).toBe(plain)
    expect(keys.all(rendition)).toEqual([keys.of(rendition), plain])
  })
})

describe('R75 a key that somebody made up', () => {
  const variant = makeVariant({ fit: 'crop' })
  const key = keys.of({ variant, renderedAt })
  const read = (text: string) => readNamedKey(text, variant.id, secret)

  it.each([
    ['another size', key.replace('100x80', '5000x80')],
    ['another fit', key.replace('crop', 'clip')],
    ['another time', key.replace('midc1z40', 'midc1z41')],
    ['another epoch', key.replace('-midc1z40', '-e9-midc1z40')],
    ['another format', key.replace('.jpg', '.png')],
    ['another code', key.replace(/[\da-f]{16}(?=\.jpg$)/, '0'.repeat(16))],
    ['another secret', createObjectKeys('guessed').of({ variant, renderedAt })],
    ['a form without a code', objectKey(variant, renderedAt)],
    ['a climb', `../${key}`],
    ['a line after it', `${key}\n`],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(text).not.toBe(key)
    expect(read(text)).toBeUndefined()
  })

  it('is refused for another image, whose code it has', () => {
    expect(readNamedKey(key, makeVariant().id, secret)).toBeUndefined()
    expect(read(key)).toBeDefined()
  })

  it.each(['..', 'a/b', 'a%2fb', '%2e%2e', 'a\\b', 'a b', 'a\0b', 'é'])(
    'names no other place by %j in it',
    (text) => {
      const folder = originalPath(variant.id)
      for (const forged of [
        `${folder}/${text}`,
        `${folder}/100x80-${text}-midc1z40-0123456789abcdef.jpg`,
        `${folder}/${text}/100x80-clip-midc1z40-0123456789abcdef.jpg`,
        key.replace('crop', text),
      ]) {
        const parsed: ObjectKey | undefined = parseObjectKey(forged)
        expect(parsed?.slice(folder.length + 1) ?? 'refused').toMatch(/^[\w.-]+$/)
      }
    },
  )
})
