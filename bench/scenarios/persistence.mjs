import { askForPictures } from '../load/ask-for-pictures.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startMissStage } from '../stage/miss-stage.mjs'
import { startProduct } from '../stage/product.mjs'
import { plantOriginals } from '../work/originals.mjs'
import { providePhoto } from '../work/photos.mjs'
import { createIds, sizedPath } from '../work/renders.mjs'

/** A spool without room: pictures are served and not stored. */
const withoutPersistence = { spool: { max_items: 0 } }
const concurrency = 4
const photoName = 'jpeg-2'
const variant = { box: 400, format: 'jpg' }

/** What it costs a miss that its picture is spooled and its way into the store queued. */
export const persistence = {
  name: 'persistence',
  title: 'Persistence: misses that are spooled and queued, against misses that are only served',
  run: ({ isQuick }) => withClosers((closers) => measurePersistence(closers, isQuick)),
}

async function measurePersistence(closers, isQuick) {
  const count = isQuick ? 60 : 300
  const stage = await startMissStage(closers)
  const settings = withoutPersistence
  const serving = closers.keep(await startProduct('api', { env: stage.env, settings }))
  const photo = await providePhoto(photoName)
  const ask = async ({ base, pid }, howMany) => {
    const ids = createIds(howMany)
    await plantOriginals(stage.originals, photo.path, ids)
    await stage.forget()
    const paths = ids.map((id) => sizedPath(id, variant))
    const pids = [pid, ...stage.backingPids]
    return askForPictures({ base, paths, concurrency, pids })
  }
  for (const server of [stage.api, serving]) await ask(server, concurrency)
  const row = await measurePairs({
    name: `${photoName} to jpg, 400 px, ${concurrency} at a time`,
    referenceName: 'served only',
    pairs: isQuick ? 3 : 7,
    ours: () => ask(stage.api, count),
    reference: () => ask(serving, count),
  })
  return { rows: [row] }
}
