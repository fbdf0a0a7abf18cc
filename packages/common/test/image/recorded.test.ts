import { objectKey } from '@iaas/common/digest'
import { parsePayload, toPayload } from '@iaas/common/jobs/store-rendition'
import { type Variant, parseImageUrl, toVariant, variantKey } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { linkColumnNames, toColumns, toVariantOf } from '@iaas/stores/postgres/link-row'

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }
const renderedAt = 1_700_000_000_000
const fields = ['id', 'width', 'height', 'fit', 'format', 'blur', 'quality'] as const

/** Address, key, object key, columns of the row and fields of the job, written by the release before the table of options. */
const recorded = [
  [
    '/photo_100_80.jpg',
    'v1/jpg/clip/100x80/sharp/qauto/photo',
    '4c/01/4c015f0247449f8e93a95f3d99e5493aa067df8b26a899c8cfc3f32a8a5515e7-loyw3v28.jpg',
    ['photo', 100, 80, 'clip', 'image/jpeg', false, -1],
    ['photo', 100, 80, 'clip', 'jpg', false, 'auto'],
  ],
  [
    '/photo_100_80_3x.jpeg?fit=crop&blur=true&quality=7',
    'v1/jpg/crop/300x240/blur/q7/photo',
    '57/29/5729be41eae9c94eae2dfe55634d99a5180048aadcc2531573ffdc65bf236dc1-loyw3v28.jpg',
    ['photo', 300, 240, 'crop', 'image/jpeg', true, 7],
    ['photo', 300, 240, 'crop', 'jpg', true, 7],
  ],
  [
    '/a%20b_1_2.png?fit=canvas',
    'v2/png/canvas/1x2/sharp/qauto/a b',
    '02/ee/02eec43e85f96aaa082b034fef5045e83cab5dc221c6392a26cb13154cbf29eb-loyw3v28.png',
    ['a b', 1, 2, 'canvas2', 'image/png', false, -1],
    ['a b', 1, 2, 'canvas', 'png', false, 'auto'],
  ],
  [
    '/caf%C3%A9_640_480.webp?fit=canvas&quality=0',
    'v2/webp/canvas/640x480/sharp/q0/café',
    '74/dc/74dcbcffa05d08ceefcd230e10239853b0ddcf1595fe68aa9c661c9ae0a45e8b-loyw3v28.webp',
    ['café', 640, 480, 'canvas2', 'image/webp', false, 0],
    ['café', 640, 480, 'canvas', 'webp', false, 0],
  ],
  [
    '/photo_400_300.jpg?fit=canvas',
    'v1/jpg/canvas/400x300/sharp/qauto/photo',
    'b8/b4/b8b4bba093a4586c00aa3973334e020bdf9b7744ccd54f2f35c35c92927874a7-loyw3v28.jpg',
    ['photo', 400, 300, 'canvas', 'image/jpeg', false, -1],
    ['photo', 400, 300, 'canvas', 'jpg', false, 'auto'],
  ],
  [
    '/photo_10_10.png?quality=50',
    'v1/png/clip/10x10/sharp/qauto/photo',
    'bc/d1/bcd111946be09183396433aa2d8ab06d945a430db48a3be7a9d75a934bcd1c98-loyw3v28.png',
    ['photo', 10, 10, 'clip', 'image/png', false, -1],
    ['photo', 10, 10, 'clip', 'png', false, 'auto'],
  ],
  [
    '/photo_400_300.jpg?allow_webp=true&fit=cover',
    'v1/webp/cover/400x300/sharp/qauto/photo',
    '21/75/21756ea629730a4876997aa986f1e562a3bab777b06efb268022f1a3d7a4ca9b-loyw3v28.webp',
    ['photo', 400, 300, 'cover', 'image/webp', false, -1],
    ['photo', 400, 300, 'cover', 'webp', false, 'auto'],
  ],
  [
    '/x.y_1999_1.webp?quality=100&blur=true',
    'v1/webp/clip/1999x1/blur/q100/x.y',
    '6d/fb/6dfb7d5b208777ceb20462a0adce9268ee42820bb007f2053148d80f92d73ee5-loyw3v28.webp',
    ['x.y', 1999, 1, 'clip', 'image/webp', true, 100],
    ['x.y', 1999, 1, 'clip', 'webp', true, 100],
  ],
] as const

describe.each(recorded)(
  'a variant stored by an earlier release: %s',
  (target, key, object, row, job) => {
    it('keeps its key, its object, its row and its jobs', () => {
      const { pathname, searchParams } = new URL(target, 'http://localhost')
      const request = parseImageUrl(pathname, searchParams)
      if (request.kind !== 'sized') throw new Error(`${target} has no size.`)
      const variant = toVariant(request, policy, target.includes('allow_webp') ? ['webp'] : [])
      expect(variantKey(variant)).toBe(key)
      expect(objectKey(variant, renderedAt)).toBe(object)
      const columns = Object.fromEntries(linkColumnNames.map((name, at) => [name, row[at]]))
      expect(toColumns(variant)).toEqual(columns)
      expect(toVariantOf(toColumns(variant))).toEqual(variant)
      const recordedJob = Object.fromEntries(fields.map((name, at) => [name, job[at]]))
      const payload = { v: 1, variant: recordedJob, renderedAt }
      expect(parsePayload(payload)).toEqual({ variant, renderedAt })
      // Options that were added later stand in it with their defaults, which that release ignores.
      expect(toPayload({ variant: variant satisfies Variant, renderedAt })).toMatchObject(payload)
    })
  },
)
