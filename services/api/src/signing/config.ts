import { list } from '@iaas/common/config/setting'
import { z } from 'zod'

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
  .transform(({ keys: [first, ...others] }) => ({
    /** undefined: addresses are not signed. */
    keys: first === undefined ? undefined : ([first, ...others] as const),
  }))
