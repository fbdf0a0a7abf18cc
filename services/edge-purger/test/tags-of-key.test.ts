import { cacheTag } from '@iaas/common/cache-tag'
import { objectKey } from '@iaas/common/digest'
import { type ImageId, formatImageUrl, parseImageId, parseImageUrl } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { readSubject } from '../src/tags-of-key.ts'

const tagsOf = (key: string) => readSubject(key).tags

describe('the key of a cached answer', () => {
  it.each([
    ['photo', 'GET/photo_400_300.jpg?fit=crop&quality=80'],
    ['photo', 'GET/photo_400_300.jpg?quality=80&ignored=1&fit=crop'],
    ['photo', 'HEAD/photo_400_300_2x.webp'],
    ['photo', 'GET/%70hoto_400%5F300%2Ejpg'],
    ['photo', 'GET/photo.jpg?download=true'],
    ['photo', 'GET/photo.json'],
    ['photo', 'GET/photo_400_300.autoimage/avif'],
    ['photo', 'GET/photo_400_300.auto?v=1*/*'],
    ['my_photo.jpg', 'GET/my_photo.jpg_1_1.png'],
    ['café', 'GET/cafe%CC%81_1_1.jpg'],
    ['a b', 'GET/a%20b_1_1.jpg'],
    ['what?', 'GET/what%3F_1_1.jpg?x=y'],
    ['photo', 'GET/_preset/card_2x/photo.jpg'],
    ['my_photo', 'GET/_preset/card/my%5Fphoto.webp?blur=true'],
  ])('F59 is about the image %s: %s', (id, key) => {
    expect(tagsOf(key)).toContain(cacheTag(parseImageId(id)))
  })

  it.each(['GET/photograph_1_1.jpg', 'GET/a_photo_1_1.jpg', 'GET/%zz', 'GET', '', 'GET/photo'])(
    'is not about the image photo: %s',
    (key) => {
      expect(tagsOf(key)).not.toContain(cacheTag('photo' as ImageId))
    },
  )

  it('F59 is about the image that the api reads, whatever is in the id', () => {
    const letters = ['a', '_', '.', '-', ' ', '%', '?', '#', 'é', '📷', '7', 'x', '+', '&']
    for (let round = 0; round < 2000; round += 1) {
      const length = 1 + (round % 9)
      const name = Array.from({ length }, (_, at) => letters[(round * 31 + at * at * 7) % 14])
      const path = `/a${encodeURIComponent(name.join(''))}_10_20.png`
      let id: ImageId
      try {
        const request = parseImageUrl(path, [])
        id = request.id
        if (request.kind === 'sized') expect(formatImageUrl(request)).toBe(path)
      } catch {
        continue
      }
      expect(tagsOf(`GET${path}`)).toContain(cacheTag(id))
    }
  })

  it('F59 is about an object, and about its image if the key of the object names it', () => {
    const variant = makeVariant({ id: parseImageId('photo') })
    const named = createObjectKeys('0123456789abcdef').of({ variant, renderedAt: 1 })
    const hashed = objectKey(variant, 1)
    const tag = cacheTag(parseImageId('photo'))
    expect(readSubject(`HEAD/variants/${named}`)).toEqual({ object: named, tags: [tag] })
    expect(readSubject(`GET/cdn/${named}`)).toEqual({ object: named, tags: [tag] })
    expect(readSubject(`GET/cdn/images/${named}?x`)).toEqual({
      object: `images/${named}`,
      tags: [tag],
    })
    expect(readSubject(`GET/variants/${hashed}`)).toEqual({ object: hashed, tags: [] })
  })
})
