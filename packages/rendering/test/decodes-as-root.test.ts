import { warnOfRoot } from '@iaas/rendering/decodes-as-root'
import { describe, expect, it } from '@jest/globals'

const url = 'http://renderer:1337'

describe('a service that runs as root', () => {
  it.each([
    ['is warned of if it decodes by itself', { url: undefined, fallback: true }, 0, 1],
    ['is warned of if it may decode by itself', { url, fallback: true }, 0, 1],
    ['is not warned of if it never decodes', { url, fallback: false }, 0, 0],
    ['is the only one that is warned of', { url: undefined, fallback: true }, 1000, 0],
    ['is not known on Windows', { url: undefined, fallback: true }, undefined, 0],
  ])('R45 %s', (_name, settings, uid, count) => {
    const warnings: string[] = []
    // undefined would stand for the user of this process.
    warnOfRoot(settings, { warn: (message) => void warnings.push(message) }, uid ?? Number.NaN)
    expect(warnings).toHaveLength(count)
  })
})
