import { askForImages } from '../load/ask-for-images.mjs'
import { plantVariants } from '../load/ask-for-variants.mjs'
import { startBareSharp } from '../limits/bare-sharp.mjs'
import { untilIdle } from '../measure/until-idle.mjs'
import { cpuSeconds } from '../measure/process-tree.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { withClosers } from '../stage/closers.mjs'
import { createRunFolder } from '../stage/folders.mjs'
import { startProduct } from '../stage/product.mjs'
import { provideTask } from './miss.mjs'

/** The four works that the default configuration is measured by. */
const wholeCases = [
  { photo: 'jpeg-12', format: 'jpg', box: 400, concurrency: 2 },
  { photo: 'jpeg-2', format: 'jpg', box: 200, fit: 'crop', concurrency: 2 },
  { photo: 'jpeg-12', format: 'webp', box: 1040, concurrency: 2 },
  { photo: 'png-alpha-2', format: 'png', box: 300, concurrency: 2 },
]

const pairs = { quick: 3, full: 7 }
const misses = { quick: 40, full: 100 }
const warmUps = { quick: 300, full: 1000 }

/**
 * Measures a miss in the default configuration: one process with its embedded database. Counts the processor time of all
 * its processes until they are idle again.
 */
export const whole = {
  name: 'whole',
  title:
    'The default configuration: processor time of a miss until all is idle, against bare sharp',
  run: ({ isQuick }) => withClosers((closers) => measureWhole(closers, isQuick ? 'quick' : 'full')),
}

async function measureWhole(closers, extent) {
  const { path: folder } = closers.keep(await createRunFolder())
  const env = { DATA_DIR: folder }
  const product = closers.keep(await startProduct('standalone', { env }))
  const bare = closers.keep(startBareSharp())
  const stage = { product, originals: `${folder}/originals` }
  const warmUp = { photo: 'jpeg-2', format: 'jpg', box: 100, concurrency: 2 }
  await ask(stage, warmUp, warmUps[extent])
  const [rows, figures] = [[], []]
  for (const each of wholeCases) {
    const task = await provideTask(each)
    const { concurrency } = each
    const row = await measurePairs({
      name: nameOf(each),
      referenceName: 'bare sharp',
      pairs: pairs[extent],
      ours: () => ask(stage, each, misses[extent]),
      reference: () => bare.run(task, { count: misses[extent], concurrency }),
    })
    rows.push(row)
    const overhead = row.ours.cpuMsEach - row.reference.cpuMsEach
    figures.push({ name: `beside bare sharp: ${nameOf(each)}`, value: overhead, unit: 'ms' })
  }
  return { rows, figures }
}

function nameOf({ photo, format, box, fit = 'clip', concurrency }) {
  return `${photo} to ${format}, ${box} px, ${fit}, ${concurrency} at a time`
}

/** Asks for variants that nobody has asked for before, and waits until they are stored and nothing works any more. */
async function ask({ product, originals }, each, count) {
  const paths = await plantVariants(originals, each, count)
  const pids = [product.pid]
  await untilIdle(pids)
  const before = cpuSeconds(pids)
  const { concurrency } = each
  const figures = await askForImages({ base: product.base, paths, concurrency, pids })
  await untilIdle(pids)
  return { ...figures, cpuMsEach: ((cpuSeconds(pids) - before) * 1000) / count }
}
