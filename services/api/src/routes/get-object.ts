import { tagOfKey } from '@iaas/common/cache-tag'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { UnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { RequestHandler } from 'express'
import { recordOf } from '../http/request-record.ts'
import { sendReply } from '../http/send-reply.ts'
import type { TagAnswer } from '../http/tag-answers.ts'
import { noFastLane } from '../fast-lane/fast-lane.ts'
import type { ClientOf } from '../limits/client-of.ts'
import { objectNotFound } from '../objects/find-object.ts'
import { keyOfTarget } from '../objects/object-path.ts'
import type { ServeObject } from '../objects/serve-object.ts'
import { createContextOf } from './context-of.ts'

/** TTL of the answer in caches, s: the object should be in the bucket again soon. */
const maxAgeSeconds = 60

export type GetObjectOptions = {
  readonly serveObject: ServeObject
  readonly cdn: Pick<Cdn, 'keyOf'>
  readonly clientOf: ClientOf
  readonly unsent: UnsentAnswers
  readonly tagAnswer: TagAnswer | undefined
}

/** Handles `GET` of an object of the bucket, which CDNs send here if the bucket does not answer with it. */
export function createGetObject(options: GetObjectOptions): RequestHandler {
  const { serveObject, cdn, clientOf, unsent, tagAnswer } = options
  const contextOf = createContextOf(clientOf)
  return async (req, res) => {
    const record = recordOf(res)
    record.route = 'objects'
    const key = keyOfTarget(req.originalUrl, cdn)
    if (key === undefined) throw objectNotFound()
    tagAnswer?.(res, tagOfKey(key))
    const reply = await serveObject(key, contextOf(req, res, false))
    return sendReply(reply, {
      req,
      res,
      record,
      redirectMaxAge: 0,
      lifetime: maxAgeSeconds,
      sign: (location) => location,
      signStored: (location) => location,
      unsent,
      fastLane: noFastLane,
    })
  }
}
