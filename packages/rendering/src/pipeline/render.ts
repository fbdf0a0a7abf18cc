import { type Plan, type Size, type Variant, type View, isLarger } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import { encodeAnimation } from './encoding/encode-animation.ts'
import { convertToP3, withP3Background } from './profile/display-p3.ts'
import { type ProfilePlan, planProfile } from './profile/plan-profile.ts'
import { drawWithGainMap } from './gain-map/draw-gain-map.ts'
import { findAttachments } from './encoding/attachments/find-attachments.ts'
import { attach } from './encoding/attachments/attach.ts'
import { encodeImage } from './encoding/encode.ts'
import { encodeToFit } from './encoding/encode-to-fit.ts'
import type { Encoding } from './encoding/encoding.ts'
import { chooseQuality } from './encoding/choose-quality.ts'
import { readers } from '../formats/readers.ts'
import { blur } from './steps/blur.ts'
import { canvas } from './steps/canvas.ts'
import { crop } from './steps/crop.ts'
import { flatten } from './steps/flatten.ts'
import { preCrop } from './steps/pre-crop.ts'
import { resize } from './steps/resize.ts'
import type { EncoderOptions, Step } from './steps/step.ts'
import { rotate } from './steps/rotate.ts'
import type { Animation, SourceFacts } from '../formats/source-facts.ts'
import { enlarge } from './enlarge.ts'
import { openPixels, readPixels } from './encoding/pixels.ts'
import type { Layer } from './look/layer.ts'
import { isPlain, planLook } from './look/look.ts'
import { applyOperations, isOnePass } from './look/operation.ts'
import { placeView } from './place-view.ts'
import { openForDisplay, openFrames } from '../formats/sharp.ts'

/**
 * Steps from the stored source to the pixels, in the order in which sharp applies them regardless of the order of the
 * calls: before, within and after the scaling. An enlargement, for which sharp has no operation, rotates and crops by
 * itself.
 */
type Phases = { readonly [Phase in 'before' | 'within' | 'after']: readonly Step[] }
const turn: readonly Step[] = [rotate, crop]
/** Steps of a rendition without further operations, in one pass. */
const plain: Phases = { before: [preCrop, flatten], within: turn, after: [canvas, blur] }
/** Steps of a rendition whose background and effects are operations. */
const bare: Phases = { before: [preCrop], within: turn, after: [] }

export type RenderFileOptions = {
  readonly path: string
  readonly source: SourceFacts
  readonly variant: Variant
  readonly view: View
  readonly plan: Plan
  /** Set if the quality is known better than from the file. */
  readonly originalQuality: number | undefined
  readonly maxPixels: number
  readonly blurSigma: number
  readonly encoders: EncoderOptions
  /** Drawn over the image, in this order. */
  readonly layers: readonly Layer[]
  /** See `estimateGainMap`. */
  readonly keepsGainMap?: boolean
}

/** Opens the pixels that are rendered: those of a file, or of a frame. */
type Open = () => Promise<Sharp>

export async function renderFile(options: RenderFileOptions): Promise<Uint8Array> {
  const { path, variant, maxPixels } = options
  const colours = await planProfile(path, options.source, variant)
  const { source, profile, isP3 } = colours
  const open = () => openForDisplay(path, maxPixels, source)
  const inColours = { ...options, source, variant: isP3 ? withP3Background(variant) : variant }
  const planned = await planEncoding(inColours, open, colours.toP3)
  const attachments = await findAttachments(path, source, variant, profile)
  if (options.keepsGainMap === true) {
    const quality = chooseQuality(options)
    const file = await drawWithGainMap({ ...options, quality, attachments })
    if (file !== undefined) return file
  }
  return encode({ ...planned, attachments })
}

/** Renders every frame of an animation like a still image, so that nothing crosses from one frame into another. */
export async function renderAnimation(
  options: RenderFileOptions & { readonly animation: Animation },
): Promise<Uint8Array> {
  const { path, source, variant, plan, encoders, animation } = options
  const { frames, size } = animation
  const { result } = plan
  const read = await openFrames(path, source).toColourspace('srgb').ensureAlpha().raw().toBuffer()
  const readBytes = 4 * size.width * size.height
  const frameBytes = 4 * result.width * result.height
  const data = Buffer.allocUnsafe(frames * frameBytes)
  for (let frame = 0; frame < frames; frame += 1) {
    const pixels = read.subarray(frame * readBytes, (frame + 1) * readBytes)
    const open = () => Promise.resolve(openPixels({ data: pixels, ...size, channels: 4 }))
    const { draw } = await planEncoding(options, open)
    const image = (await draw()).toColourspace('srgb').ensureAlpha()
    const drawn = await image.raw().toBuffer()
    drawn.copy(data, frame * frameBytes)
  }
  const quality = chooseQuality(options)
  const drawn = { data, size: result, animation }
  const file = await encodeAnimation(drawn, variant.format, quality, encoders)
  return attach(file, variant.format, await findAttachments(path, source, variant))
}

async function planEncoding(
  options: RenderFileOptions,
  open: Open,
  toP3?: ProfilePlan['toP3'],
): Promise<Omit<Encoding, 'attachments'>> {
  const { source, variant, view, plan, blurSigma, encoders, layers } = options
  const { format } = source
  const { size } = view
  const place = placeView(source, view, variant)
  const context = { ...place, plan, format, variant, blurSigma }
  const apply = (each: readonly Step[], image: Sharp) =>
    each.reduce<Sharp>((made, step) => step(made, context), image)
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const scale = async (phases: Phases) => {
    const scaled = await scaleOnly(phases)
    return toP3 === undefined ? scaled : convertToP3(scaled, toP3.from)
  }
  /** Scales the image by these steps, and by an operation of its own if it is enlarged. */
  const scaleOnly = async ({ before, within, after }: Phases) => {
    const opened = await open()
    if (!isEnlargement(plan, size)) return apply([...before, resize, ...within, ...after], opened)
    const { scaled: to, crop: cut = { left: 0, top: 0, ...to } } = plan
    const enlargement = { from: plan.preCrop ?? size, to, cut, isGrey }
    const turned = apply([...before, rotate], opened)
    return apply(after, await enlarge(turned, enlargement))
  }
  const quality = chooseQuality(options)
  const { scaled, result } = plan
  const isUnscaled = scaled.width === size.width && scaled.height === size.height
  const encoding = { variant, size: result, quality, encoders }
  if (isPlain(variant)) {
    const budgetBytes = findBudget(options)
    return { ...encoding, draw: () => scale(plain), source, isUnscaled, budgetBytes }
  }
  const {
    operations,
    facts,
    isForeign,
    isGrey: staysGrey,
  } = planLook({ variant, plan, source, blurSigma, layers })
  const drawOnce = async () => {
    const start = { image: await scale(bare), isForeign, isGrey: staysGrey }
    return applyOperations(start, operations)
  }
  const pixels = isOnePass(operations, isForeign)
    ? undefined
    : await readPixels(await drawOnce(), staysGrey)
  return {
    ...encoding,
    draw: pixels === undefined ? drawOnce : () => Promise.resolve(openPixels(pixels)),
    source: { ...source, ...facts },
    isUnscaled: false,
    budgetBytes: undefined,
  }
}

function encode(encoding: Encoding): Promise<Buffer> {
  const { maxBytes } = encoding.variant
  return maxBytes === undefined ? encodeImage(encoding) : encodeToFit(encoding, maxBytes)
}

/** Returns true if the kept part of the source is scaled up. */
export function isEnlargement({ preCrop: kept, scaled }: Plan, source: Size): boolean {
  return isLarger(scaled, kept ?? source)
}

/** Returns the size of the original, bytes, if the rendition has the same format and no more pixels. */
function findBudget(options: RenderFileOptions): number | undefined {
  const { path, source, variant, plan } = options
  const { format, size } = source
  // The sizes of a working copy and of a whole animation say nothing about that of an image.
  const isCopy = options.originalQuality !== undefined
  if (
    variant.quality !== 'auto' ||
    isCopy ||
    source.frame !== undefined ||
    isLarger(plan.scaled, size) ||
    plan.canvas !== undefined
  )
    return undefined
  const isOwnFormat = format === variant.format
  if (!isOwnFormat) return undefined
  return source.imageBytes ?? readers[format].countImageBytes?.(path)
}
