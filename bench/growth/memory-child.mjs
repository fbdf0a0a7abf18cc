// How much memory a link takes in the cache of an api: run with --expose-gc, prints bytes.
import { createCdn, toLink } from '@iaas/common/cdn'
import { objectKey } from '@iaas/common/digest'
import { variantKey } from '@iaas/common/image'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { toLinkVariant } from '../work/links.mjs'

const count = 200_000
const renderedAt = Date.now()
const cdn = createCdn('https://cdn.example.com/')
// What compiling the modules has left behind is no part of it.
const warm = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
warm.set(variantKey(toLinkVariant(0)), { address: 'https://cdn.example.com/' })
const before = heldBytes()
const cache = createLinkMemory({ maxItems: count, ttlMs: 3_600_000 })
for (let number = 0; number < count; number += 1) {
  const variant = toLinkVariant(number)
  const address = cdn.address(objectKey(variant, renderedAt))
  cache.set(variantKey(variant), toLink(Buffer.from(address).toString(), cdn))
}
const bytes = (heldBytes() - before) / count
// It must still be there when it is weighed.
cache.get(variantKey(toLinkVariant(0)))
process.stdout.write(`${bytes}`)

function heldBytes() {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
