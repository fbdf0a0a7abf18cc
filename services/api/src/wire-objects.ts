import type { ApiConfig } from './config.ts'
import { createFindObject } from './objects/find-object.ts'
import {
  type ServeObject,
  type ServeObjectOptions,
  createServeObject,
} from './objects/serve-object.ts'
import type { Stores } from './wire-stores.ts'

export type ObjectsOptions = {
  readonly config: ApiConfig
  readonly stores: Stores
  readonly isStoreAway: () => boolean
}

type Parts = Pick<ServeObjectOptions, 'findSource' | 'links' | 'openLinked' | 'renditions'>

/** Combines what answers the keys of objects that a CDN could not get from the bucket. */
export function wireServeObject(options: ObjectsOptions, parts: Parts): ServeObject {
  const { config, stores, isStoreAway } = options
  const { offer, presets, signing, links } = config
  const isRestricted = presets.only || offer.sizes.length > 0 || offer.widths.length > 0
  const findObject = createFindObject({
    ledger: stores.objects,
    secret: links.secret,
    isOnlyLinked: isRestricted || signing.keys !== undefined,
  })
  return createServeObject({ ...parts, findObject, epochs: stores.epochs, isStoreAway })
}
