/** The lookup of the product, as PostgreSQL is asked for its plan. */
const lookup = `EXPLAIN (FORMAT JSON) SELECT url FROM images
  WHERE id = 'hit-77' AND x = 400 AND y = 300 AND fit = 'clip' AND file_type = 'image/jpeg'
    AND blur = false AND quality = -1 LIMIT 1`

/**
 * The plan of a lookup, in words.
 *
 * @throws Error where it is anything but one scan of one index
 */
export async function assertIndexed(client) {
  const { rows } = await client.query(lookup)
  let plan = rows[0]['QUERY PLAN'][0].Plan
  while (plan['Node Type'] === 'Limit') [plan] = plan.Plans
  const { 'Node Type': type, 'Index Name': index, Plans: below, Filter: filter } = plan
  const isIndexed = type === 'Index Scan' || type === 'Index Only Scan'
  if (!isIndexed || below !== undefined || filter !== undefined) {
    throw new Error(`A lookup is no single scan of an index: ${JSON.stringify(plan)}`)
  }
  return `${type} of ${index}`
}
