import { plantOriginals } from '../work/originals.mjs'
import { providePhoto } from '../work/photos.mjs'
import { createIds, sizedPath } from '../work/renders.mjs'
import { askForImages } from './ask-for-images.mjs'

/**
 * Asks an api of a miss stage for so many variants that nobody has asked for before.
 *
 * @param each what is rendered, as in work/miss-cases.mjs
 * @param count how many
 */
export async function askForVariants(stage, api, each, count) {
  const paths = await plantVariants(stage.originals, each, count)
  await stage.forget()
  const pids = [api.pid, ...stage.backingPids]
  return askForImages({ base: api.base, paths, concurrency: each.concurrency, pids })
}

/** Puts new originals into a folder. @returns the paths of as many variants, which nobody has asked for before */
export async function plantVariants(originals, each, count) {
  const { path } = await providePhoto(each.photo)
  const ids = createIds(count)
  await plantOriginals(originals, path, ids)
  const { fit = 'clip' } = each
  return ids.map((id) => `${sizedPath(id, each)}&fit=${fit}`)
}

const warmUps = { quick: 600, full: 3000 }

/** Asks until the code of a service is compiled, as it is in one that runs for longer than a benchmark. */
export async function warmUp(stage, api, isQuick) {
  const each = { photo: 'jpeg-2', format: 'jpg', box: 100, concurrency: 4 }
  await askForVariants(stage, api, each, isQuick ? warmUps.quick : warmUps.full)
}
