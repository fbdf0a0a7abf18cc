import { AppError } from '@iaas/common/errors'
import { type Plan, type Variant, formats, keepsAnimation } from '@iaas/common/image'
import type { Animation, SourceFacts } from '../formats/source-facts.ts'
import { encodeMsPerMegapixel } from './encoding/encode-animation.ts'

/** Limits of an animation; beyond them its first frame is rendered. */
export type AnimationLimits = {
  readonly maxFrames: number
  /** Largest product of frames and pixels, of the original and of the result. */
  readonly maxPixels: number
  /** Largest product of frames and pixels of an upload; undefined: any. */
  readonly maxOriginalPixels?: number | undefined
}

export type AnimationSettings = {
  readonly animation: AnimationLimits
  /** Estimated processor time that an animation may take, ms; 0: no limit. */
  readonly animationCpuMs: number
  /** Estimated memory that any task may take, bytes. */
  readonly mostBytes: number
}

/** Processor time of decoding and scaling, ms per megapixel of the original, as measured (rounded up). */
const drawMsPerMegapixel = 40
/** Bytes per pixel of the frames of the original and of the result, which are in memory as a whole, as measured. */
const frameBytesPerPixel = { source: 9, result: 6 } as const

export type AnimationPlan = {
  /** `still`: the variant or the original is a still image. */
  readonly kind: 'still' | 'animated' | 'too-long'
  /** Estimated memory of the frames, bytes; 0 unless all of them are rendered. */
  readonly bytes: number
}

const still: AnimationPlan = { kind: 'still', bytes: 0 }

/** Decides from the header whether all frames are rendered. */
export function planAnimation(
  { animation, size }: Pick<SourceFacts, 'animation' | 'size'>,
  variant: Variant,
  { result }: Pick<Plan, 'result'>,
  settings: AnimationSettings,
): AnimationPlan {
  if (animation === undefined || !keepsAnimation(variant)) return still
  const { frames } = animation
  const read = countPixels({ animation, size })
  const written = frames * result.width * result.height
  const rate = encodeMsPerMegapixel[variant.format === 'webp' ? 'webp' : 'gif']
  const work = { frames, read, written, rate }
  return isTooLong(work, settings)
    ? { kind: 'too-long', bytes: 0 }
    : { kind: 'animated', bytes: countBytes(work) }
}

/** Returns true for an animation that no variant can keep, however small it is. */
export function isNeverKept(
  { animation, size }: Pick<SourceFacts, 'animation' | 'size'>,
  settings: AnimationSettings,
): boolean {
  if (animation === undefined) return false
  const read = countPixels({ animation, size })
  return isTooLong({ frames: animation.frames, read, written: 0, rate: 0 }, settings)
}

/** Pixels of all frames that are read and written, and the rate of the encoder, ms per megapixel. */
type Work = Readonly<Record<'frames' | 'read' | 'written' | 'rate', number>>

function isTooLong(work: Work, settings: AnimationSettings): boolean {
  const { frames, read, written, rate } = work
  const { maxFrames, maxPixels } = settings.animation
  const cpuMs = (read * drawMsPerMegapixel + written * rate) / 1e6
  return (
    frames > maxFrames ||
    Math.max(read, written) > maxPixels ||
    (settings.animationCpuMs > 0 && cpuMs > settings.animationCpuMs) ||
    countBytes(work) > settings.mostBytes / 2
  )
}

function countBytes({ read, written }: Pick<Work, 'read' | 'written'>): number {
  return read * frameBytesPerPixel.source + written * frameBytesPerPixel.result
}

function countPixels({
  animation,
  size,
}: Pick<SourceFacts, 'size'> & { readonly animation: Animation }): number {
  return animation.frames * Math.max(size.width, animation.size.width) * size.height
}

/** Processor time of decoding a frame, ms per megapixel of all frames up to it, as measured (rounded up). */
const decodeMsPerMegapixel = 20

/**
 * Rejects a late frame of an animation, for which all frames before it are decoded. Pages of a TIFF are decoded alone.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function checkFrame(
  { format, pixels, frame = 0 }: Pick<SourceFacts, 'format' | 'pixels' | 'frame'>,
  { animation, animationCpuMs }: Pick<AnimationSettings, 'animation' | 'animationCpuMs'>,
): void {
  if (frame === 0 || formats[format].animation === 'none') return
  const read = (frame + 1) * pixels
  const cpuMs = (read * decodeMsPerMegapixel) / 1e6
  const isTooLate = animationCpuMs > 0 && cpuMs > animationCpuMs
  if (read <= animation.maxPixels && !isTooLate) return
  throw new AppError(
    'IMAGE_TOO_COSTLY',
    `Frame ${frame} needs ${Math.ceil(read / 1e6)} megapixels of frames to be decoded; at most ${animation.maxPixels / 1e6} are allowed (\`animation.max_megapixels\`), and as many as the time of a render permits.`,
  )
}
