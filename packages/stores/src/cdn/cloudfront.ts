import { randomUUID } from 'node:crypto'
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetInvalidationCommand,
} from '@aws-sdk/client-cloudfront'
import { CdnFailure } from '@iaas/common/cdn-failure'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { readKey } from '@iaas/common/object-digest'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { CdnPurger, CdnTargets, InvalidationState } from '@iaas/common/ports/cdn-purger'
import { TimedHandler } from '../s3/timed-handler.ts'

export type CloudFrontOptions = {
  readonly name: string
  readonly distribution: string
  /**
   * Time since which answers and objects carry a tag that the distribution reads, ms since the epoch; undefined: it reads none.
   */
  readonly taggedSince: number | undefined
  readonly endpoint: string | undefined
  /** undefined: the SDK's default provider chain. */
  readonly credentials:
    { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  readonly cdn: Pick<Cdn, 'address'>
}

const timeoutMs = 10_000
/** CloudFront accepts 3,000 paths and tags, and 15 paths that end in `*`, of pending invalidations. */
const mostPending = 3
const mostTargets = 1000
const mostWildcards = 5
/** An invalidation takes minutes. */
const pollMs = 5000

/** Purges a distribution of CloudFront by tags where it reads them, otherwise by paths. */
export function createCloudFrontPurger(options: CloudFrontOptions): CdnPurger {
  const { name, distribution, taggedSince, endpoint, credentials, cdn } = options
  const client = new CloudFrontClient({
    region: 'us-east-1',
    // The queue of purges tries again.
    maxAttempts: 1,
    requestHandler: new TimedHandler(timeoutMs, 2),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials: { ...credentials } }),
  })
  const hasTags = taggedSince !== undefined

  async function translate<T>(call: Promise<T>): Promise<T> {
    try {
      return await withDeadline(call, timeoutMs)
    } catch (cause) {
      const kind = cause instanceof Error && /^\w{1,64}$/.test(cause.name) ? cause.name : 'Error'
      throw new CdnFailure(`${name} does not accept a request: ${kind}.`, { cause })
    }
  }

  function itemsOf(targets: CdnTargets): readonly string[] {
    if (targets === 'everything') return ['/*']
    const { tags, addresses, keys } = targets
    const images = hasTags
      ? tags.map((tag) => `#${tag}`)
      : addresses.map((address) => `${address}*`)
    return [...images, ...keys.map((key) => new URL(cdn.address(key), 'http://cdn').pathname)]
  }

  return {
    name,
    mostTargets,
    mostImages: hasTags ? mostTargets : mostWildcards,
    mostPending,
    pollMs,
    needsKey: (key) => taggedSince === undefined || readKey(key).renderedAt < taggedSince,
    async purge(targets) {
      const items = itemsOf(targets)
      const command = new CreateInvalidationCommand({
        DistributionId: distribution,
        InvalidationBatch: {
          CallerReference: randomUUID(),
          Paths: { Quantity: items.length, Items: [...items] },
        },
      })
      const { Invalidation: made } = await translate(client.send(command))
      if (made?.Id === undefined) throw new CdnFailure(`${name} does not confirm an invalidation.`)
      return { id: made.Id, state: toState(made.Status) }
    },
    async stateOf(id) {
      const command = new GetInvalidationCommand({ DistributionId: distribution, Id: id })
      const asking = client.send(command).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NoSuchInvalidation') return undefined
        throw error
      })
      const answer = await translate(asking)
      return answer === undefined ? 'unknown' : toState(answer.Invalidation?.Status)
    },
  }
}

function toState(status: string | undefined): InvalidationState {
  return status === 'Completed' ? 'completed' : 'pending'
}
