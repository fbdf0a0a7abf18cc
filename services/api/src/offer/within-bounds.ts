import type { constraintsSettings } from '@iaas/common/config/policy'
import { type Size, isWithin, toRung } from '@iaas/common/image'
import { z } from 'zod'
import { type offerSettings, toOffer } from './config.ts'

type Offered = {
  readonly offer: z.output<typeof offerSettings>
  readonly constraints: z.output<typeof constraintsSettings>
}

/** Refuses offers that nobody is ever answered with: such a size refuses all requests, and such widths bound none. */
export const offerWithinBounds = z.superRefine<Offered>(
  (offered, context) => {
    for (const { key, message } of findMistakes(offered)) {
      context.addIssue({ code: 'custom', path: ['offer', key], message })
    }
  },
  // Also beside mistakes in other settings: all are listed at once.
  { when: ({ issues }) => !issues.some(({ path }) => isPartOfOffered(path?.[0])) },
)

type Mistake = { readonly key: keyof Offered['offer']; readonly message: string }

function findMistakes({ offer, constraints }: Offered): readonly Mistake[] {
  const { widths, sizes } = toOffer(offer)
  const bounds = { width: constraints.max_width, height: constraints.max_height }
  const names = new Set(sizes.map(nameOf))

  /** Rungs beyond the bounds do no harm, as long as there are others. */
  function judgeWidths(): string | undefined {
    if (widths.length === 0 || widths.some((width) => width <= bounds.width)) return undefined
    return `all are more than \`constraints.max_width\` (${bounds.width})`
  }

  function judgeSize(size: Size): string | undefined {
    if (!isWithin(size, bounds)) {
      return `${nameOf(size)} is outside \`constraints.max_width\` and \`max_height\` (${nameOf(bounds)})`
    }
    const rung = nameOf(toRung(size, 'clip', bounds, widths))
    if (names.has(rung)) return undefined
    return `${nameOf(size)} is redirected by \`offer.widths\` to ${rung}, which is not offered`
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
