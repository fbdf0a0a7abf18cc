import { list } from '@iaas/common/config/setting'
import { z } from 'zod'
import { type UrlSigner, createUrlSigner } from './url-signer.ts'

/** Shortest key, characters. A shorter key could be guessed from a signed address. */
const shortestKey = 16

export const signingSettings = z
  .object({
    keys: list([], {
      description:
        'Keys of signed addresses, separated by commas. If there are any, every GET of an image must be signed with one of them; the first key signs redirects of the service. Empty: nothing is signed.',
      env: 'SIGNING_KEYS',
      secret: true,
    }).refine(
      (keys) => keys.every((key) => key.length >= shortestKey),
      `must have at least ${shortestKey} characters each`,
    ),
  })
  .prefault({})

/** Returns the signer; undefined: addresses are not signed. */
export function toSigner({ keys }: z.output<typeof signingSettings>): UrlSigner | undefined {
  const [first, ...others] = keys
  return first === undefined ? undefined : createUrlSigner([first, ...others], Date.now)
}
