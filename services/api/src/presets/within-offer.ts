import {
  type AllowedSizes,
  type PresetBox,
  type Presets,
  type Size,
  isWithin,
  snapToWidth,
} from '@iaas/common/image'
import { z } from 'zod'

type Offered = {
  readonly presets: Presets
  readonly offer: AllowedSizes
  readonly constraints: { readonly bounds: Size }
}

/** Rejects presets whose own address would be redirected beyond what is allowed, or refused. */
export const presetsWithinOffer = z.superRefine<Offered>(
  (offered, context) => {
    for (const [name, { box, options }] of offered.presets.byName) {
      const mistake = box && judge(box, options.fit ?? 'clip', offered)
      if (mistake !== undefined) {
        context.addIssue({ code: 'custom', path: ['presets', name], message: mistake })
      }
    }
  },
  // Runs despite mistakes in other settings, so that all are reported at once.
  { when: ({ issues }) => !issues.some(({ path }) => needed.has(String(path?.[0]))) },
)

const needed: ReadonlySet<string> = new Set(['presets', 'offer', 'constraints'])

function judge(
  { width, height, scale }: PresetBox,
  fit: Parameters<typeof snapToWidth>[1],
  { presets, offer, constraints }: Offered,
): string | undefined {
  const { bounds } = constraints
  const size = { width: width * scale, height: height * scale }
  if (!isWithin(size, bounds)) {
    return `${nameOf(size)} is outside \`constraints.max_width\` and \`max_height\` (${nameOf(bounds)})`
  }
  const snapped = nameOf(snapToWidth(size, fit, bounds, offer.widths))
  if (presets.only && snapped !== nameOf(size)) {
    return `\`offer.widths\` redirects ${nameOf(size)} to ${snapped}, which \`presets.only\` refuses`
  }
  if (offer.sizes.length > 0 && !offer.sizes.some((each) => fits(size, each))) {
    return `${nameOf(size)} is not one of \`offer.sizes\``
  }
  return undefined
}

/** A free side depends on the original. */
function fits({ width, height }: Size, allowed: Size): boolean {
  return (width === 0 || width === allowed.width) && (height === 0 || height === allowed.height)
}

function nameOf({ width, height }: Size): string {
  return `${width}x${height}`
}
