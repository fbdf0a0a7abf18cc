import { linkLookup, toAskedLink, toLinkLookup } from '@iaas/stores/postgres/link-lookup'
import { toLinkVariant } from '../work/links.mjs'

/**
 * The plan of a lookup, in words.
 *
 * @throws Error if a table is read in any way but by one of its indexes
 */
export async function assertIndexed(client) {
  const { parameters } = toLinkLookup([toAskedLink(toLinkVariant(77))])
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${linkLookup.text}`, [...parameters])
  const [{ Plan: plan }] = rows[0]['QUERY PLAN']
  const nodes = listNodes(plan)
  const scans = nodes.filter((node) => node['Relation Name'] !== undefined)
  const others = nodes.filter((node) => !scans.includes(node))
  if (!scans.every(isIndexed) || !others.every((node) => plain.has(node['Node Type']))) {
    throw new Error(`A lookup is more than scans of indexes: ${JSON.stringify(plan)}`)
  }
  const described = scans.map((scan) => `${scan['Node Type']} of ${scan['Index Name']}`)
  return [...new Set(described)].join(', ')
}

/** Nodes that read no table: the variants that are asked for, and what joins each of them to its address. */
const plain = new Set(['Nested Loop', 'Function Scan', 'Result'])

function listNodes(node) {
  return [node, ...(node.Plans ?? []).flatMap(listNodes)]
}

/** The row of a link in the short form is compared with the id. */
function isIndexed({ 'Node Type': type, 'Relation Name': table, Filter: filter }) {
  const isScan = type === 'Index Scan' || type === 'Index Only Scan'
  return isScan && (filter === undefined || table === 'links')
}
