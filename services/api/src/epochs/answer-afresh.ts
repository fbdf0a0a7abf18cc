import { AppError } from '@iaas/common/errors'
import { againIfReplaced } from '@iaas/common/use-original'
import type { ImageId } from '@iaas/common/image'
import type { ImageContext } from '../image-context.ts'
import type { ImageReply } from '../image-reply.ts'
import type { KnownEpochs } from './known-epochs.ts'

/** Most times that a request is answered from the beginning. Each needs a raise of its image within one answer. */
const maxAttempts = 4

type Serve<Request> = (request: Request, context: ImageContext) => Promise<ImageReply>

/**
 * Answers again, from the lookup on, if the original was raised while the answer was made, so that nothing older is answered
 * once this process has acknowledged the raise. The same holds if this process stopped counting as registered meanwhile.
 *
 * @throws AppError STORE_BUSY if the original is raised all the time
 */
export function answerAfresh<Request extends { readonly id: ImageId }>(
  serve: Serve<Request>,
  epochs: Pick<KnownEpochs, 'acts' | 'wasRaisedSince' | 'isTrusted'>,
): Serve<Request> {
  return async function serveAfresh(request, context) {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { acts } = epochs
      const wasTrusted = epochs.isTrusted(performance.now())
      const reply = await againIfReplaced(() => serve(request, context))
      const isLost = wasTrusted && !epochs.isTrusted(performance.now())
      if (!isLost && !epochs.wasRaisedSince(acts, request.id)) return reply
      discard(reply)
    }
    throw new AppError('STORE_BUSY', 'The image is being changed. Try again later.')
  }
}

/** Closes what the receiver of a reply would close. */
function discard(reply: ImageReply): void {
  if (reply.kind === 'proxied') reply.object.body.destroy()
}
