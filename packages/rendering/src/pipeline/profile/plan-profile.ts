import type { Variant } from '@iaas/common/image'
import { openHeader } from '../../formats/sharp.ts'
import { readers } from '../../formats/readers.ts'
import type { DeclaredColours } from '../../formats/reader.ts'
import type { SourceFacts } from '../../formats/source-facts.ts'
import { isPlain } from '../look/look.ts'
import { makeDisplayP3 } from './display-p3.ts'
import { isUsable, spaceOf } from './profile-header.ts'

/** Colours of a rendition. */
export type ProfilePlan = {
  /** The source, with the colours that it is decoded to. */
  readonly source: SourceFacts
  /** Set if the pixels are converted to Display P3 once they are scaled: their profile, or sRGB. */
  readonly toP3?: { readonly from: Buffer | 'srgb' }
  /** True if the pixels are in Display P3 when the look is applied. */
  readonly isP3: boolean
  /** Attached to the result; without it, the result is in sRGB. */
  readonly profile: Buffer | undefined
}

/**
 * Plans the colours of a rendition. Grey, and what has inks instead of RGB, becomes sRGB, but for grey that keeps its own
 * profile. Colours that a file declares by numbers become Display P3.
 */
export async function planProfile(
  path: string,
  source: SourceFacts,
  variant: Variant,
): Promise<ProfilePlan> {
  const plain: ProfilePlan = { source, isP3: false, profile: undefined }
  const { profile: wanted } = variant
  if (wanted === 'srgb') return plain
  const { profile: declared, isTagged } = await readColours(path, source)
  const own = declared !== undefined && isUsable(declared) ? declared : undefined
  const space = own && spaceOf(own)
  if (source.colours === 'grey') {
    const isKept = wanted === 'keep' && space === 'grey' && staysGrey(source, variant)
    return isKept ? { ...plain, source: { ...source, decodesTo: 'own' }, profile: own } : plain
  }
  if (source.colours === 'rgb' && isTagged) {
    const profile = await makeDisplayP3()
    return { source: { ...source, decodesTo: 'p3' }, isP3: true, profile }
  }
  const isOwn = source.colours === 'rgb' && space === 'rgb'
  const decoded = isOwn ? ({ ...source, decodesTo: 'own' } as const) : source
  if (wanted === 'keep') return { source: decoded, isP3: false, profile: isOwn ? own : undefined }
  const from = isOwn && own !== undefined ? own : 'srgb'
  return { source: decoded, toP3: { from }, isP3: true, profile: await makeDisplayP3() }
}

async function readColours(
  path: string,
  { format, amendment, frame }: SourceFacts,
): Promise<DeclaredColours> {
  const known = readers[format].readColours?.(path)
  if (known !== undefined) return known
  const isTagged = amendment?.isTagged === true
  const overruled = amendment?.ignoresProfile === true
  const { icc } = overruled ? {} : await openHeader(path, format, frame).metadata()
  return { profile: icc, isTagged }
}

/** Returns true if the result has one channel, as a profile for grey describes it. */
function staysGrey({ hasAlpha }: SourceFacts, variant: Variant): boolean {
  return !hasAlpha && isPlain(variant) && (variant.format === 'jpg' || variant.format === 'png')
}
