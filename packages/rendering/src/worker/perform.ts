import { statSync } from 'node:fs'
import {
  type Plan,
  type Point,
  type Variant,
  type View,
  planRender,
  planWithin,
  pointInView,
  revive,
  viewOf,
  withRegion,
} from '@iaas/common/image'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import {
  type Output,
  estimateIngest,
  estimateMemory,
  estimateMetadata,
  estimateRepair,
  estimateTrim,
} from '../formats/cost.ts'
import type { Results, Task, TaskKind, WorkerSettings } from '../protocol.ts'
import { noteOfStill, tryAnimation } from './animation.ts'
import { checkAnimation } from './check-animation.ts'
import { copyFile } from './copy.ts'
import { readOpacity } from './opacity.ts'
import { type Admit, type SourceFacts } from '../formats/source-facts.ts'
import { checkAccepted, inspectFile, inspectKnown } from '../formats/inspect.ts'
import { isCostly } from '../formats/costly.ts'
import { estimateGainMap } from '../pipeline/gain-map/plan-gain-map.ts'
import { isEnlargement, renderFile } from '../pipeline/render.ts'
import { checkFrame, planAnimation } from '../pipeline/plan-animation.ts'
import { findPoint, needsPoint, searchedSize } from '../pipeline/find-point.ts'
import { withoutBorder } from '../pipeline/find-border.ts'
import { isPlain } from '../pipeline/look/look.ts'
import { planLayers } from '../pipeline/look/plan-layers.ts'
import { planIngest, ingestFile } from './ingest.ts'
import { readers } from '../formats/readers.ts'
import { zoomDrawing } from '../pipeline/zoom.ts'
import { allowTruncation } from '../formats/jpeg/truncated.ts'

/**
 * Performs a task: first what the header tells, then the pixels, once `admit` has granted the memory.
 *
 * @param admit resolves when that many bytes may be used
 */
export async function perform(
  task: Task,
  settings: WorkerSettings,
  admit: Admit,
): Promise<Results[TaskKind]> {
  const { maxInputPixels, maxOnDiskPixels, blurSigma, encoders, minCopiedPixels } = settings
  const { path } = task
  checkAccepted(path, settings.refusedFormats)
  const inspect = task.kind === 'render' ? inspectKnown : inspectFile
  const frame = frameOf(task)
  const source = await inspect(path, maxInputPixels, admit, frame)
  checkFrame(source, settings)
  const attempt = <Result>(
    output: Output | undefined,
    work: (source: SourceFacts) => Promise<Result>,
  ) =>
    allowTruncation({
      path,
      source,
      maxPixels: maxInputPixels,
      admitRepair: (fileBytes) => admit(estimateRepair(source, output, fileBytes)),
      work,
    })

  /** Cuts the border off a view, before anything is planned. */
  const findView = async (view: View, { trim, rotate }: Variant): Promise<View> => {
    if (trim === false) return view
    await admit(estimateTrim(source, view.region))
    const { result } = await attempt(undefined, (facts) =>
      withoutBorder({ path, source: facts, view, threshold: trim, maxPixels: maxInputPixels }),
    )
    return withRegion(result, { rotate })
  }

  const findStriking = async (view: View, variant: Variant): Promise<Point> => {
    await admit(estimateMemory(source, searchedSize))
    const { result } = await attempt(undefined, (facts) =>
      findPoint({ path, source: facts, view, turn: variant, maxPixels: maxInputPixels }),
    )
    return result
  }

  /** Plans again around a point that only the original tells, if the variant wants it and something is cropped away. */
  const planAround = async (
    plan: Plan,
    view: View,
    variant: Variant,
    { bounds, focal, striking: known }: RenderFileTask,
  ): Promise<{ readonly plan: Plan; readonly striking?: Point | undefined }> => {
    if (typeof variant.gravity !== 'string' || !needsPoint(plan)) return { plan }
    const isSmart = variant.gravity === 'smart'
    const striking = isSmart ? (known ?? (await findStriking(view, variant))) : undefined
    const gravity = striking ?? (focal && pointInView(focal, source.size, view, variant))
    if (gravity === undefined) return { plan }
    return { plan: planRender(view.size, { ...variant, gravity }, bounds), striking }
  }

  switch (task.kind) {
    case 'inspect':
      return {
        format: source.format,
        size: source.size,
        ...(task.opacity === true && {
          isOpaque: await readOpacity(path, source, settings, admit),
        }),
      }
    case 'describe': {
      // Most children never describe an image, and its packages take time and memory.
      const { describeFile, sampleSize } = await import('../facts/describe.ts')
      const sample = sampleSize(source.size)
      await admit(estimateMemory(source, sample) + estimateMetadata(path, source.format))
      const { result } = await attempt(sample, (facts) => describeFile(path, facts, maxInputPixels))
      return result
    }
    case 'render': {
      const { bounds, originalQuality } = task
      const variant = revive(task.variant)
      const view = await findView(viewOf(source.size, variant), variant)
      const framed = planWithin(view.size, variant, bounds)
      if (framed === undefined) return { kind: 'out-of-bounds', source: view.size }
      const { plan, striking } = await planAround(framed, view, variant, task)
      const isEnlarged = isEnlargement(plan, view.size)
      const isWorked =
        !isPlain(variant) || variant.maxBytes !== undefined || variant.profile !== 'srgb'
      const drawn = { source, view, plan }
      const zoomed = readers[source.format].isDrawing ? zoomDrawing(drawn, maxInputPixels) : drawn
      const output = { ...plan.result, format: variant.format, isEnlarged, isWorked }
      const frames = planAnimation(source, variant, plan, settings)
      const metadataBytes = variant.metadata === 'none' ? 0 : estimateMetadata(path, source.format)
      const planned = await planLayers(variant, plan.result, task)
      const gainMapBytes = estimateGainMap({ path, variant, ...drawn })
      const besideBytes = frames.bytes + metadataBytes + planned.bytes + (gainMapBytes ?? 0)
      await admit(estimateMemory(zoomed.source, output) + besideBytes)
      const layers = await planned.draw()
      const shared = { path, variant, originalQuality, blurSigma, encoders, layers }
      const options = { ...shared, ...zoomed, maxPixels: maxInputPixels }
      // A working copy has only the first frame.
      const isCopyWanted = frame === 0 && isCostly(source, minCopiedPixels)
      const outcome = { kind: 'rendered', isCostly: isCopyWanted, striking } as const
      const animated = frames.kind === 'animated' ? await tryAnimation(options) : undefined
      if (animated !== undefined) return { ...outcome, bytes: animated }
      const { result: bytes } = await attempt(output, (facts) =>
        renderFile({
          ...options,
          source: facts === source ? zoomed.source : facts,
          keepsGainMap: facts === source && gainMapBytes !== undefined,
        }),
      )
      return { ...outcome, bytes, note: noteOfStill(frames.kind) }
    }
    case 'take-in': {
      checkAnimation(source, settings.animation)
      const kept = planIngest(task, source, maxOnDiskPixels)
      const readBytes = task.stripMetadata && kept === undefined ? statSync(path).size : 0
      await admit(estimateIngest(source, kept, readBytes))
      const { result, isTruncated } = await attempt(kept, (facts) =>
        ingestFile(task, facts, kept, settings),
      )
      const { warnings = [] } = result
      return isTruncated ? { ...result, warnings: ['truncated', ...warnings] } : result
    }
    case 'copy': {
      if (!isCostly(source, minCopiedPixels)) return { kind: 'pointless' }
      await admit(estimateMemory(source, source.size) + estimateMetadata(path, source.format))
      const { result } = await attempt(source.size, (facts) =>
        copyFile(task, facts, maxInputPixels),
      )
      return result
    }
  }
}

/** Returns the frame or page that a task is about. */
function frameOf(task: Task): number {
  if (task.kind === 'render') return revive(task.variant).frame
  return (task.kind === 'inspect' ? task.frame : undefined) ?? 0
}
