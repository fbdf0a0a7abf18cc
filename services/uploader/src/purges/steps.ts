import type { Epochs } from '@iaas/common/ports/epochs'
import { mostDeleted } from '@iaas/common/ports/variant-store'
import type { Purge, PurgePhase, PurgeWork } from '@iaas/common/ports/purges'
import type { ForgetOriginals } from './forget-originals.ts'
import type { NoteCdnTargets } from './note-cdn-targets.ts'
import type { PurgeCdns } from './purge-cdns.ts'
import type { RemoveJobs } from './remove-jobs.ts'
import type { RemoveObjects } from './remove-objects.ts'
import type { PurgeSteps } from './run-purge.ts'
import type { SweepImages } from './sweep-images.ts'

export type PurgeStepsOptions = {
  readonly work: PurgeWork
  readonly epochs: Pick<Epochs, 'waitingFor'>
  readonly removeJobs: RemoveJobs
  readonly removeObjects: RemoveObjects
  readonly sweepImages: SweepImages
  readonly originals: ForgetOriginals
  readonly cdnTargets: NoteCdnTargets
  readonly purgeCdns: PurgeCdns
  /** Time after which nothing of before can come any more, ms. */
  readonly settleMs: number
}

/** Most links of a page: its transaction keeps those that record links waiting. */
const maxLinks = 1000
/** Parts of a minute in which a gradual purge works. */
const turnsPerMinute = 6
/** Time until an api process is asked again whether it has acted on a raise, ms. */
const askAgainMs = 100

/** The steps of a purge. Each notes in the database what it has done, so that any other process can continue. */
export function createPurgeSteps(options: PurgeStepsOptions): PurgeSteps {
  const { work, epochs, removeJobs, removeObjects, sweepImages, originals } = options
  const { cdnTargets, purgeCdns, settleMs } = options

  /** Returns true once every api process has acted on the purge. */
  async function noteEffect(purge: Purge): Promise<boolean> {
    if (purge.effectiveAt !== undefined) return true
    const waitingFor = await epochs.waitingFor(purge.epoch ?? 0)
    await work.noteEffect(purge, waitingFor)
    return waitingFor.length === 0
  }

  async function afterObjects(purge: Purge): Promise<PurgePhase> {
    return (await cdnTargets.begin(purge)) ? 'cdn' : 'verify'
  }

  async function startAgain(purge: Purge): Promise<number> {
    await work.noteFailure(purge.id, 'Something had not been removed, and is removed again.')
    await work.goOn(purge, 'unlink')
    return askAgainMs
  }

  return {
    async count(purge) {
      const page = await work.nextPage(purge, Number.MAX_SAFE_INTEGER)
      await work.countPage(purge, page)
      if (page.cursor === undefined) await work.finish(purge)
    },
    fence: (purge) => work.raiseAll(purge, 'unlink'),
    async unlink(purge) {
      const { per_minute: pace } = purge.options
      const most = pace === undefined ? maxLinks : Math.ceil(pace / turnsPerMinute)
      const page = await work.nextPage(purge, most)
      if (page.ids.length > 0) {
        await cdnTargets.images(purge, page.ids)
        const links = await work.unlink(purge, page.ids)
        const restMs = pace === undefined ? 0 : (links / pace) * 60_000
        await work.passPage(purge, page, await originals.forget(purge, page.ids), restMs)
      } else if (page.cursor !== undefined) {
        await work.passPage(purge, page, 0, 0)
      }
      if (page.cursor === undefined) await work.goOn(purge, namesIds(purge) ? 'jobs' : 'seal')
    },
    seal: (purge) => work.raiseAll(purge, 'jobs'),
    async jobs(purge, signal) {
      await noteEffect(purge)
      const removed = await removeJobs(purge, signal)
      if (isNow(purge)) await work.noteImages(purge)
      await work.goOn(purge, isNow(purge) ? 'objects' : await afterObjects(purge), removed)
    },
    async objects(purge) {
      await noteEffect(purge)
      const objects = await work.unlinked(purge.id, mostDeleted)
      if (objects.length === 0) return work.goOn(purge, 'sweep')
      const { removed, spool, failure } = await removeObjects(objects)
      await cdnTargets.objects(purge.id, removed)
      await work.removed(purge.id, removed, { spool })
      if (failure !== undefined) throw failure
    },
    async sweep(purge) {
      await noteEffect(purge)
      if (await sweepImages(purge)) await work.goOn(purge, await afterObjects(purge))
    },
    async cdn(purge) {
      // An api process that has not acted on the purge yet would fill the caches again.
      if (!(await noteEffect(purge))) return askAgainMs
      const outcome = await purgeCdns(purge.id)
      if (outcome === 'completed') return work.goOn(purge, 'verify')
      if (outcome === 'failed') return work.fail(purge)
      return outcome.restMs
    },
    async verify(purge) {
      if (!(await noteEffect(purge))) return askAgainMs
      const areGone = purge.options.delete !== true || (await originals.areGone(idsOf(purge)))
      if (!areGone || (await work.left(purge)) > 0) return startAgain(purge)
      if (purge.options.free_id === true) await work.goOn(purge, 'free')
      else if (isNow(purge)) await work.settle(purge, settleMs)
      else await work.finish(purge)
    },
    async free(purge) {
      await originals.free(idsOf(purge))
      await work.free(purge, idsOf(purge), settleMs)
    },
    async settle(purge) {
      if (!(await sweepImages(purge))) return
      if ((await work.left(purge)) > 0) return startAgain(purge)
      await work.finish(purge)
    },
  }
}

function isNow({ options }: Purge): boolean {
  return options.now === true
}

function namesIds({ selector }: Purge): boolean {
  return 'ids' in selector
}

function idsOf({ selector }: Purge) {
  return 'ids' in selector ? selector.ids : []
}
