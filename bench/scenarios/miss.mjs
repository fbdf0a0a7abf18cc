import { askForPictures } from '../load/ask-for-pictures.mjs'
import { startBareSharp } from '../limits/bare-sharp.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startMissStage } from '../stage/miss-stage.mjs'
import { missCases, quickMissCases } from '../work/miss-cases.mjs'
import { providePhoto } from '../work/photos.mjs'
import { createIds, sizedPath, toTask } from '../work/renders.mjs'
import { plantOriginals } from '../work/originals.mjs'

/** How long one measurement takes at the limit, s. */
const seconds = { quick: 2, full: 4 }
const warmUps = 8

/** First requests of variants, their persistence included, against a bare loop over sharp on all cores. */
export const miss = {
  name: 'miss',
  title: 'Misses: pictures by second on all cores, against a bare loop over sharp doing the same',
  run: ({ isQuick }) => withClosers((closers) => measureMisses(closers, isQuick)),
}

async function measureMisses(closers, isQuick) {
  const stage = await startMissStage(closers)
  const bare = closers.keep(startBareSharp())
  const rows = []
  for (const each of isQuick ? quickMissCases : missCases) {
    rows.push(await measureCase(each, { stage, bare, isQuick }))
  }
  return { rows }
}

async function measureCase(each, { stage, bare, isQuick }) {
  const { photo: photoName, format, box, concurrency } = each
  const photo = await providePhoto(photoName)
  const task = toTask(photo, each)
  const ask = async (count) => {
    const ids = createIds(count)
    await plantOriginals(stage.originals, photo.path, ids)
    await stage.forget()
    const paths = ids.map((id) => sizedPath(id, each))
    return askForPictures({ base: stage.api.base, paths, concurrency, pids: stage.pids })
  }
  await ask(warmUps)
  const { perSecond } = await bare.run(task, { count: warmUps, concurrency })
  const count = Math.max(10, Math.ceil(perSecond * (isQuick ? seconds.quick : seconds.full)))
  return measurePairs({
    name: `${photoName} to ${format}, ${box} px, ${concurrency} at a time`,
    referenceName: 'bare sharp',
    pairs: isQuick ? 3 : 5,
    ours: () => ask(count),
    reference: () => bare.run(task, { count, concurrency }),
  })
}
