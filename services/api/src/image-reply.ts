import {
  type SizedRequest,
  type Variant,
  type VariantKey,
  formatImageUrl,
  formats,
  variantKey,
} from '@iaas/common/image'
import type { Link } from '@iaas/common/ports/link-store'
import type { OriginalFile } from '@iaas/common/ports/original-store'
import type { Timing } from './http/headers.ts'
import type { Rendering } from './renderings/renderings.ts'
import { type Validators, validatorsOf } from './validators.ts'

/** The answer to a sized request. `bytes` is undefined where none are sent: HEAD, not modified. */
export type ImageReply =
  | {
      readonly kind: 'hit'
      readonly key: VariantKey
      readonly url: string
      readonly timing: Timing
    }
  | { readonly kind: 'bounded'; readonly location: string }
  | {
      readonly kind: 'image'
      readonly outcome: 'miss' | 'coalesced' | 'spool' | 'proxied' | 'head' | 'not-modified'
      readonly mime: string
      readonly validators: Validators
      readonly bytes: Uint8Array | undefined
      readonly timing: Timing
    }

type ImageOutcome = Extract<ImageReply, { kind: 'image' }>['outcome']

export function hit(variant: Variant, { url }: Link, timing: Timing): ImageReply {
  return { kind: 'hit', key: variantKey(variant), url, timing }
}

export function bounded(request: SizedRequest): ImageReply {
  return { kind: 'bounded', location: formatImageUrl(request) }
}

export function image(
  variant: Variant,
  original: OriginalFile | undefined,
  outcome: ImageOutcome,
  bytes: Uint8Array | undefined,
  timing: Timing,
): ImageReply {
  const { mime } = formats[variant.format]
  return {
    kind: 'image',
    outcome,
    mime,
    validators: validatorsOf(variant, original),
    bytes,
    timing,
  }
}

export function outcomeOf(rendering: Rendering & { readonly coalesced: boolean }): ImageOutcome {
  if (rendering.kind === 'spooled') return 'spool'
  return rendering.coalesced ? 'coalesced' : 'miss'
}

export function timingOf(rendering: Rendering): Timing {
  if (rendering.kind !== 'rendered') return {}
  return { queue: rendering.timing.queueMs, render: rendering.timing.renderMs }
}
