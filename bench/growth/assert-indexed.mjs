import { linkLookup, toLinkLookup } from '@iaas/stores/postgres/link-lookup'
import { toLinkVariant } from '../work/links.mjs'

/**
 * The plan of a lookup, in words.
 *
 * @throws Error where it is anything but one scan of one index for each variant
 */
export async function assertIndexed(client) {
  const { parameters } = toLinkLookup([toLinkVariant(77)])
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${linkLookup.text}`, [...parameters])
  const [{ Plan: plan }] = rows[0]['QUERY PLAN']
  const [scan, ...others] = plan.Plans
  const { 'Node Type': type, 'Index Name': index, Plans: below, Filter: filter } = scan
  const isIndexed = type === 'Index Scan' || type === 'Index Only Scan'
  const isAlone = plan['Node Type'] === 'Function Scan' && others.length === 0
  if (!isIndexed || !isAlone || below !== undefined || filter !== undefined) {
    throw new Error(`A lookup is no single scan of an index: ${JSON.stringify(plan)}`)
  }
  return `${type} of ${index}`
}
