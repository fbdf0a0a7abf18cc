import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { repeat } from '@iaas/common/lifecycle/repeat'
import { createSilentLogger } from '@iaas/common/log'
import type { StoredLink } from '@iaas/common/ports/link-store'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createCheckLinks } from '../src/check-links.ts'

function setUp() {
  const objects = new Map<ObjectKey, Uint8Array>()
  const variants = createFakeVariantStore({ objects })
  const stored: StoredLink[] = [1, 2, 3].map((width) => {
    const variant = makeVariant({ width })
    const key = objectKey(variant, 1000)
    objects.set(key, new Uint8Array(1))
    return { variant, link: { key } }
  })
  const removed: StoredLink[] = []
  let unlinked = 0
  const parts = {
    walk: {
      next: async () => [
        ...stored,
        { variant: makeVariant(), link: { address: 'https://seed/x' } },
      ],
    },
    links: {
      remove: async (variant: StoredLink['variant'], link: StoredLink['link']) =>
        void removed.push({ variant, link }),
    },
    batch: 10,
    metrics: { unlinked: () => (unlinked += 1) },
    log: createSilentLogger(),
  }
  return { objects, variants, stored, removed, parts, unlinked: () => unlinked }
}

const unaborted = new AbortController().signal

describe('the check of links', () => {
  it('removes no link whose object is there, and none that lies elsewhere', async () => {
    const { variants, parts, removed } = setUp()
    await createCheckLinks({ ...parts, variants })(unaborted)
    expect(removed).toEqual([])
  })

  it('F12 removes the links whose objects are gone, and counts them', async () => {
    const { objects, variants, stored, parts, removed, unlinked } = setUp()
    objects.delete([...objects.keys()][1] as ObjectKey)
    await createCheckLinks({ ...parts, variants })(unaborted)
    expect(removed).toEqual([stored[1]])
    expect(unlinked()).toBe(1)
  })

  it('removes nothing while the store as a whole is away', async () => {
    const { objects, variants, parts, removed } = setUp()
    objects.clear()
    const away = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'It does not answer.'))
    const check = createCheckLinks({ ...parts, variants: { ...variants, ping: away } })
    await expect(check(unaborted)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(removed).toEqual([])
  })

  it('ends after the link that it is at, where the uploader ends', async () => {
    const { variants, parts } = setUp()
    let answer = (_isThere: boolean) => {}
    const answered = new Promise<boolean>((resolve) => {
      answer = resolve
    })
    let questions = 0
    const slow = {
      ...variants,
      has() {
        questions += 1
        return answered
      },
    }
    const check = createCheckLinks({ ...parts, variants: slow })
    const repeated = repeat('check of links', check, 60_000, createSilentLogger())
    await until(() => questions === 1)
    const stopped = repeated[Symbol.asyncDispose]()
    answer(true)
    await stopped
    expect(questions).toBe(1)
  })
})
