import { linkLookup, toAskedLink, toLinkLookup } from '@iaas/stores/postgres/link-lookup'
import { toLinkVariant } from '../work/links.mjs'

/**
 * The plan of a lookup, in words.
 *
 * @throws Error where it is anything but one scan of one index of each table for each variant
 */
export async function assertIndexed(client) {
  const { parameters } = toLinkLookup([toAskedLink(toLinkVariant(77))])
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${linkLookup.text}`, [...parameters])
  const [{ Plan: plan }] = rows[0]['QUERY PLAN']
  const isPlain = plan['Node Type'] === 'Function Scan'
  if (!isPlain || !plan.Plans.every(isIndexed)) {
    throw new Error(`A lookup is more than scans of indexes: ${JSON.stringify(plan)}`)
  }
  const scans = plan.Plans.map((scan) => `${scan['Node Type']} of ${scan['Index Name']}`)
  return [...new Set(scans)].join(', ')
}

/** The row of a link in the short form is compared with the id. */
function isIndexed({ 'Node Type': type, 'Relation Name': table, Plans: below, Filter: filter }) {
  const isScan = type === 'Index Scan' || type === 'Index Only Scan'
  return isScan && below === undefined && (filter === undefined || table === 'links')
}
