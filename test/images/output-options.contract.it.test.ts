import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeCopyrighted } from '@iaas/testing/images/with-copyright'
import { adobeRgb, makeProfile, makeWide } from '@iaas/testing/images/with-profile'
import sharp from 'sharp'
import { ask, askUntil, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTargetWithPhoto } from './_photo.ts'

describe('options of the encoded image', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTargetWithPhoto()
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('R52 download=true saves a variant or an original, under a name that ends in its type', async () => {
    const nameAt = async (path: string, method = 'GET') => {
      const { status, headers } = await ask(target.base, path, { method })
      expect([path, status]).toEqual([path, 200])
      return headers['content-disposition']
    }
    expect(await nameAt('/photo_90_90.jpg?download=true')).toBe('attachment; filename=photo.jpg')
    await askUntil(({ status }) => status === 307, target.base, '/photo_90_90.jpg')
    const names = [
      ['/photo_90_90.jpg?download=true', 'attachment; filename=photo.jpg'],
      ['/photo_90_90.jpg?download=Sea.JPEG', 'attachment; filename=Sea.JPEG'],
      ['/photo_90_90.jpg?download=page.html', 'attachment; filename=page.html.jpg'],
      ['/photo_90_90.jpg?download=a%22;b', String.raw`attachment; filename="a\";b.jpg"`],
      ['/photo.png?download=true', 'attachment; filename=photo.jpg'],
      ['/photo.jpg?download=false', 'inline; filename=photo.jpg'],
    ] as const
    for (const [path, name] of names) {
      expect([path, await nameAt(path)]).toEqual([path, name])
      expect([path, await nameAt(path, 'HEAD')]).toEqual([path, name])
    }
    for (const name of ['a%0D%0AX-Evil:1', 'a/b.jpg', '..']) {
      const paths = [`/photo_90_90.jpg?download=${name}`, `/photo.jpg?download=${name}`]
      for (const path of paths) expect((await ask(target.base, path)).status).toBe(400)
    }
  })

  it('max_bytes lowers the quality, and says where that does not help', async () => {
    const small = await ask(target.base, '/photo_230_230.jpg?max_bytes=4000')
    expect([small.status, small.headers['x-image-info']]).toEqual([200, undefined])
    expect(small.body.length).toBeLessThanOrEqual(4000)
    const large = await ask(target.base, '/photo_1200_1200.jpg?max_bytes=1000')
    expect([large.status, large.headers['x-image-info']]).toEqual([200, 'larger-than-max-bytes'])
  })

  it('metadata=copyright carries the copyright, and makes no other variant of GIF', async () => {
    const named = await makeCopyrighted('xmp', { creators: ['Ada'], rights: 'All reserved' })
    await store(target.base, 'named', named)
    const carrying = await ask(target.base, '/named_90_90.webp?metadata=copyright')
    expect((await sharp(carrying.body).metadata()).xmpAsString).toContain('All reserved')
    const plain = await ask(target.base, '/named_90_90.webp?metadata=none')
    expect((await sharp(plain.body).metadata()).xmp).toBeUndefined()
    const tags = ['/named_90_90.gif', '/named_90_90.gif?metadata=copyright'].map(
      async (path) => (await ask(target.base, path, { method: 'HEAD' })).headers.etag,
    )
    expect(new Set(await Promise.all(tags)).size).toBe(1)
    const { status } = await ask(target.base, '/named_90_90.webp?metadata=all')
    expect(status).toBe(400)
  })

  it('profile=keep and profile=p3 keep wide colours, and make no other variant of GIF', async () => {
    const profile = makeProfile(adobeRgb)
    await store(target.base, 'wide', await makeWide({ profile }))
    const profileOf = async (query: string) =>
      (await sharp((await ask(target.base, `/wide_90_90.jpg${query}`)).body).metadata()).icc
    expect((await profileOf('?profile=keep'))?.equals(profile)).toBe(true)
    expect((await profileOf('?profile=p3'))?.toString('latin1', 36, 40)).toBe('acsp')
    expect(await profileOf('?profile=srgb')).toBeUndefined()
    const tags = ['/wide_90_90.gif', '/wide_90_90.gif?profile=p3'].map(
      async (path) => (await ask(target.base, path, { method: 'HEAD' })).headers.etag,
    )
    expect(new Set(await Promise.all(tags)).size).toBe(1)
    expect((await ask(target.base, '/wide_90_90.jpg?profile=cmyk')).status).toBe(400)
  })
})
