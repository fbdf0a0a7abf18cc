import { describe, expect, it } from '@jest/globals'
import { createKnownSizes } from '../src/known-sizes.ts'

const original = { path: '/originals/photo', size: 7, modifiedAt: new Date(5) }
const { signal } = new AbortController()

describe('the size of an original', () => {
  it('is asked for once, and again of another file', async () => {
    const asked: string[] = []
    const findSize = createKnownSizes({
      async inspect(path) {
        asked.push(path)
        return { format: 'jpg', size: { width: 3, height: 2 } }
      },
    })
    for (const file of [original, original, { ...original, modifiedAt: new Date(6) }]) {
      expect(await findSize(file, signal)).toEqual({ width: 3, height: 2 })
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
    await expect(findSize(original, signal)).rejects.toThrow('down')
    isDown = false
    expect(await findSize(original, signal)).toEqual({ width: 3, height: 2 })
  })
})
