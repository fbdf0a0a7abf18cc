import {
  type SizedRequest,
  type Variant,
  type VariantKey,
  formatImageUrl,
  formats,
} from '@iaas/common/image'
import type { StoredObject } from '@iaas/common/ports/variant-store'
import type { RenderNote } from '@iaas/common/ports/renderer'
import type { VariantSource } from './find-source.ts'
import type { Timing } from './http/timing.ts'
import type { MissOutcome } from './renditions/renditions.ts'
import { type Validators, validatorsOf } from './validators.ts'

/** The answer to a sized request. `bytes` is undefined for HEAD and 304. */
export type ImageReply =
  | {
      readonly kind: 'hit'
      readonly key: VariantKey
      /** Address at which clients find the variant now. */
      readonly address: string
      readonly timing: Timing
    }
  | { readonly kind: 'bounded'; readonly location: string }
  /** The receiver closes `object`. */
  | {
      readonly kind: 'proxied'
      readonly mime: string
      readonly validators: Validators
      readonly object: StoredObject
      readonly timing: Timing
    }
  | {
      readonly kind: 'image'
      readonly outcome: 'miss' | 'coalesced' | 'spool' | 'head' | 'not-modified'
      readonly mime: string
      readonly validators: Validators
      readonly bytes: Uint8Array | undefined
      readonly timing: Timing
      /** TTL in caches, s; undefined: as long as the address is valid. */
      readonly maxAge?: number
      readonly note?: RenderNote | undefined
    }

type ImageAnswer = Extract<ImageReply, { kind: 'image' }>

type ImageOutcome = ImageAnswer['outcome']

/** @param address where clients find the variant now */
export function hit(key: VariantKey, address: string, timing: Timing): ImageReply {
  return { kind: 'hit', key, address, timing }
}

export function bounded(request: SizedRequest): ImageReply {
  return { kind: 'bounded', location: formatImageUrl(request) }
}

export function proxied(
  variant: Variant,
  original: VariantSource | undefined,
  object: StoredObject,
  timing: Timing,
): ImageReply {
  const { mime } = formats[variant.format]
  return { kind: 'proxied', mime, validators: validatorsOf(variant, original), object, timing }
}

export function image(
  variant: Variant,
  original: VariantSource | undefined,
  outcome: ImageOutcome,
  bytes: Uint8Array | undefined,
  timing: Timing,
): ImageAnswer {
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

export function outcomeOf(outcome: MissOutcome & { readonly coalesced: boolean }): ImageOutcome {
  if (outcome.kind === 'spooled') return 'spool'
  return outcome.coalesced ? 'coalesced' : 'miss'
}

export function timingOf(outcome: MissOutcome): Timing {
  if (outcome.kind !== 'rendered') return {}
  return { queue: outcome.timing.queueMs, render: outcome.timing.renderMs }
}

/** Returns how a rendition differs from what was asked for. Stored and spooled renditions no longer tell. */
export function noteOf(outcome: MissOutcome): RenderNote | undefined {
  return outcome.kind === 'rendered' ? outcome.note : undefined
}
