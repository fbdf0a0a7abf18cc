import { describe, expect, it } from '@jest/globals'
import { adobeRgb, makeProfile } from '@iaas/testing/images/with-profile'
import { isUsable, spaceOf } from '../../src/pipeline/profile/profile-header.ts'

const adobe = makeProfile(adobeRgb)

/** Writes letters over some of a profile. */
function change(at: number, letters: string): Buffer {
  const changed = Buffer.from(adobe)
  changed.write(letters, at, 'latin1')
  return changed
}

describe('the header of a profile', () => {
  it('R67 tells what may be attached to an image', () => {
    expect([isUsable(adobe), isUsable(makeProfile('grey'))]).toEqual([true, true])
    const largest = 64 * 1024 - adobe.length
    expect(isUsable(makeProfile(adobeRgb, largest))).toBe(true)
    const others = [
      makeProfile(adobeRgb, largest + 1),
      change(12, 'prtr'),
      change(12, 'link'),
      change(36, 'abcd'),
      adobe.subarray(0, -1),
      Buffer.concat([adobe, Buffer.alloc(1)]),
      adobe.subarray(0, 20),
      Buffer.alloc(0),
    ]
    expect(others.map(isUsable)).toEqual(others.map(() => false))
  })

  it('tells the space of the pixels', () => {
    const spaces = [adobe, makeProfile('grey'), change(16, 'CMYK'), change(16, 'Lab ')]
    expect(spaces.map(spaceOf)).toEqual(['rgb', 'grey', undefined, undefined])
  })
})
