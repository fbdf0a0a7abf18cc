import { type AllowedSizes, type Size, isWithin, snapToWidth } from '@iaas/common/image'
import { z } from 'zod'

type Offered = {
  readonly offer: AllowedSizes
  readonly constraints: { readonly bounds: Size }
}

/** Rejects allowed sizes and widths that no request could ever get. */
export const offerWithinBounds = z.superRefine<Offered>(
  (offered, context) => {
    for (const { key, message } of findMistakes(offered)) {
      context.addIssue({ code: 'custom', path: ['offer', key], message })
    }
  },
  // Runs despite mistakes in other settings, so that all are reported at once.
  { when: ({ issues }) => !issues.some(({ path }) => isPartOfOffered(path?.[0])) },
)

type Mistake = { readonly key: keyof Offered['offer']; readonly message: string }

function findMistakes({ offer, constraints }: Offered): readonly Mistake[] {
  const { widths, sizes } = offer
  const { bounds } = constraints
  const names = new Set(sizes.map(nameOf))

  /** Widths beyond the bounds are harmless if another one is within them. */
  function judgeWidths(): string | undefined {
    if (widths.length === 0 || widths.some((width) => width <= bounds.width)) return undefined
    return `all are more than \`constraints.max_width\` (${bounds.width})`
  }

  function judgeSize(size: Size): string | undefined {
    if (!isWithin(size, bounds)) {
      return `${nameOf(size)} is outside \`constraints.max_width\` and \`max_height\` (${nameOf(bounds)})`
    }
    const snapped = nameOf(snapToWidth(size, 'clip', bounds, widths))
    if (names.has(snapped)) return undefined
    return `${nameOf(size)} is redirected by \`offer.widths\` to ${snapped}, which is not offered`
  }

  return [
    { key: 'widths' as const, message: judgeWidths() },
    ...sizes.map((size) => ({ key: 'sizes' as const, message: judgeSize(size) })),
  ].filter((verdict): verdict is Mistake => verdict.message !== undefined)
}

function isPartOfOffered(key: PropertyKey | undefined): boolean {
  return key === 'offer' || key === 'constraints'
}

function nameOf({ width, height }: Size): string {
  return `${width}x${height}`
}
