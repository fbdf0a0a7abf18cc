import { askForVariants, warmUp } from '../load/ask-for-variants.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startMissStage } from '../stage/miss-stage.mjs'
import { startProduct } from '../stage/product.mjs'

/** A spool without room: images are served and not stored. */
const withoutPersistence = { spool: { max_items: 0 } }
const quickCases = [{ photo: 'jpeg-2', format: 'jpg', box: 400, concurrency: 4 }]
const cases = [...quickCases, { photo: 'jpeg-12', format: 'jpg', box: 800, concurrency: 4 }]

/** Measures what spooling and queueing its image cost a miss. */
export const persistence = {
  name: 'persistence',
  title: 'Persistence: misses that are spooled and queued, against misses that are only served',
  run: ({ isQuick }) => withClosers((closers) => measurePersistence(closers, isQuick)),
}

async function measurePersistence(closers, isQuick) {
  const stage = await startMissStage(closers)
  const settings = withoutPersistence
  const serving = closers.keep(await startProduct('api', { env: stage.env, settings }))
  for (const api of [stage.api, serving]) await warmUp(stage, api, isQuick)
  const count = isQuick ? 100 : 300
  const rows = []
  for (const each of isQuick ? quickCases : cases) {
    rows.push(
      await measurePairs({
        name: `${each.photo} to ${each.format}, ${each.box} px, ${each.concurrency} at a time`,
        referenceName: 'served only',
        pairs: isQuick ? 3 : 7,
        ours: () => askForVariants(stage, stage.api, each, count),
        reference: () => askForVariants(stage, serving, each, count),
      }),
    )
  }
  return { rows }
}
