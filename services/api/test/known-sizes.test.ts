import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { describe, expect, it } from '@jest/globals'
import { createKnownSizes } from '../src/known-sizes.ts'

const original: OriginalRef = {
  id: parseImageId('photo'),
  version: '7.5',
  size: 7,
  modifiedAt: new Date(5),
}
const { signal } = new AbortController()

describe('the size of an original', () => {
  it('is asked for once, and again of another version', async () => {
    const asked: OriginalRef[] = []
    const findSize = createKnownSizes({
      async inspect(inspected) {
        asked.push(inspected)
        return { format: 'jpg', size: { width: 3, height: 2 } }
      },
    })
    for (const file of [original, original, { ...original, version: '7.6' }]) {
      expect(await findSize(file, 0, signal)).toEqual({ width: 3, height: 2 })
    }
    expect(asked).toHaveLength(2)
  })

  it('that could not be told is asked for again', async () => {
    let isDown = true
    const findSize = createKnownSizes({
      async inspect() {
        if (isDown) throw new Error('down')
        return { format: 'jpg', size: { width: 3, height: 2 } }
      },
    })
    await expect(findSize(original, 0, signal)).rejects.toThrow('down')
    isDown = false
    expect(await findSize(original, 0, signal)).toEqual({ width: 3, height: 2 })
  })
})
