import { estimateMemory } from '../cost.ts'
import type { Results, Task, TaskKind, TaskLimits } from '../protocol.ts'
import { copyFile } from './copy.ts'
import { inspectFile, inspectKnown } from './inspect.ts'
import { isDear } from '../dear.ts'
import { isEnlargement, planVariant, renderFile } from './render.ts'
import { planIntake, takeInFile } from './take-in.ts'
import { allowTruncation } from './truncated.ts'

/**
 * Does a task: first what the header tells, then, once `admit` has let its memory in, the pixels.
 *
 * @param admit resolves when that many bytes may be taken
 */
export async function perform(
  task: Task,
  limits: TaskLimits,
  admit: (bytes: number) => Promise<void>,
): Promise<Results[TaskKind]> {
  const { maxInputPixels, maxOnDiskPixels, blurSigma, encoders, minCopiedPixels } = limits
  const inspect = task.kind === 'render' ? inspectKnown : inspectFile
  const source = await inspect(task.path, maxInputPixels)
  switch (task.kind) {
    case 'inspect':
      return { format: source.format, size: source.size }
    case 'render': {
      const { path, variant, bounds, originalQuality } = task
      const plan = planVariant(source.size, variant, bounds)
      if (plan === undefined) return { kind: 'out-of-bounds', source: source.size }
      const isEnlarged = isEnlargement(plan, source.size)
      await admit(estimateMemory(source, { ...plan.result, format: variant.format, isEnlarged }))
      const options = { path, variant, plan, originalQuality, blurSigma, encoders }
      const { result: bytes } = await allowTruncation(path, source, maxInputPixels, (facts) =>
        renderFile({ ...options, source: facts, maxPixels: maxInputPixels }),
      )
      return { kind: 'rendered', bytes, isDear: isDear(source, minCopiedPixels) }
    }
    case 'take-in': {
      const kept = planIntake(task, source, maxOnDiskPixels)
      await admit(estimateMemory(source, kept))
      const { result, isTruncated } = await allowTruncation(
        task.path,
        source,
        maxInputPixels,
        (facts) => takeInFile(task, facts, kept, limits),
      )
      const { warnings = [] } = result
      return isTruncated ? { ...result, warnings: ['truncated', ...warnings] } : result
    }
    case 'copy': {
      if (!isDear(source, minCopiedPixels)) return { kind: 'pointless' }
      await admit(estimateMemory(source, source.size))
      const { result } = await allowTruncation(task.path, source, maxInputPixels, (facts) =>
        copyFile(task, facts, maxInputPixels),
      )
      return result
    }
  }
}
