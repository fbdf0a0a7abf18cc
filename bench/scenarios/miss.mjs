import { askForVariants, warmUp } from '../load/ask-for-variants.mjs'
import { startBareSharp } from '../limits/bare-sharp.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startMissStage } from '../stage/miss-stage.mjs'
import { missCases, quickMissCases } from '../work/miss-cases.mjs'
import { providePhoto } from '../work/photos.mjs'
import { toTask } from '../work/renders.mjs'

/** How long one measurement takes at the limit, s. */
const seconds = { quick: 2, full: 4 }
const firstOnes = 8

/** First requests of variants, their persistence included, against a bare loop over sharp on all cores. */
export const miss = {
  name: 'miss',
  title: 'Misses: images by second on all cores, against a bare loop over sharp doing the same',
  run: ({ isQuick }) => withClosers((closers) => measureMisses(closers, isQuick)),
}

async function measureMisses(closers, isQuick) {
  const stage = await startMissStage(closers)
  await warmUp(stage, stage.api, isQuick)
  const rows = []
  for (const each of isQuick ? quickMissCases : missCases) {
    // New processes each time: what they keep of the images of one case is not that of the next.
    rows.push(await withClosers((own) => measureCase(each, { stage, isQuick }, own)))
  }
  return { rows }
}

/** Returns the task of a case for the bare loop. */
export async function provideTask(each) {
  const task = toTask(await providePhoto(each.photo), each)
  const { fit, box } = each
  return fit === 'crop' ? { ...task, width: box, height: box, fit: 'cover' } : task
}

async function measureCase(each, { stage, isQuick }, closers) {
  const bare = closers.keep(startBareSharp())
  const { photo, format, box, concurrency } = each
  const task = await provideTask(each)
  const ask = (count) => askForVariants(stage, stage.api, each, count)
  await ask(firstOnes)
  const { perSecond } = await bare.run(task, { count: firstOnes, concurrency })
  const count = Math.max(10, Math.ceil(perSecond * (isQuick ? seconds.quick : seconds.full)))
  return measurePairs({
    name: `${photo} to ${format}, ${box} px, ${concurrency} at a time`,
    referenceName: 'bare sharp',
    pairs: isQuick ? 3 : 5,
    ours: () => ask(count),
    reference: () => bare.run(task, { count, concurrency }),
  })
}
