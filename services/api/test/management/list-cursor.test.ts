import { describe, expect, it } from '@jest/globals'
import { formatCursor, parseCursor } from '@iaas/api/management/originals/list-cursor'
import { parseImageId } from '@iaas/common/image'

const item = {
  id: parseImageId('café 1'),
  version: '1.a',
  size: 10,
  modifiedAt: new Date('2026-11-30T21:49:29.687Z'),
  info: undefined,
}

const forge = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url')

describe('cursor of the list of originals', () => {
  it.each([
    ['id', 'café 1'],
    ['uploaded_at', '2026-11-30T21:49:29.687Z'],
    ['bytes', 10],
  ] as const)('names the last item of a page by %s', (sort, value) => {
    expect(parseCursor(sort, formatCursor(sort, item))).toEqual({ value, id: 'café 1' })
  })

  it.each([
    ['one of another order', formatCursor('bytes', item)],
    ['one of another order whose value fits', forge(['id', item.modifiedAt, 'a'])],
    ['no JSON', 'abc'],
    ['another type', forge(['uploaded_at', 7, 'a'])],
    ['no time', forge(['uploaded_at', "now() OR '1'='1", 'a'])],
    [
      'a character that no text of the database has',
      forge(['uploaded_at', item.modifiedAt, 'a\0']),
    ],
    ['half a character', forge(['uploaded_at', item.modifiedAt, '\ud800'])],
    ['more values', forge(['uploaded_at', item.modifiedAt, 'a', 'b'])],
    ['an object', forge({ value: 1 })],
    ['a prototype', '__proto__'],
  ])('T77 refuses %s', (_name, cursor) => {
    expect(() => parseCursor('uploaded_at', cursor)).toThrow(/"next" of an earlier page/)
  })
})
