import { makePhoto } from '@iaas/testing/images/make-photo'
import { store } from '../support/http.ts'
import { type Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** Starts a target that has a JPEG of 600 x 400 px and quality 63 as `photo`. */
export async function startTargetWithPhoto(): Promise<Target> {
  const target = await startTarget()
  const photo = await makePhoto({ width: 600, height: 400, format: 'jpeg', quality: 63 })
  await store(target.base, 'photo', photo)
  return target
}
