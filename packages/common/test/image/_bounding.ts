import {
  type Fit,
  type Framing,
  type Policy,
  type Size,
  type SizedRequest,
  boundBySource,
  boundRequest,
  defaultVariantOptions,
  parseImageUrl,
  toVariant,
} from '@iaas/common/image'

export const usual: Size = { width: 2000, height: 2000 }
export function policyOf(bounds: Size): Policy {
  return { bounds, webpOptIn: false, webpSwitch: false }
}

/** A box with its fit, all other options at their defaults. */
export function framed(box: Size, fit: Fit): Framing {
  return { ...defaultVariantOptions, ...box, fit }
}

export function boundOnce(request: SizedRequest, bounds: Size): SizedRequest | undefined {
  return boundRequest(request, toVariant(request, policyOf(bounds), []), bounds)
}

export function coverOnce(
  request: SizedRequest,
  source: Size,
  bounds: Size,
): SizedRequest | undefined {
  const variant = toVariant(request, policyOf(bounds), [])
  return boundBySource(request, variant, source, bounds)
}

/** The request that a client ends at, by way of at most one redirect for the box. */
export function withinBounds(request: SizedRequest, bounds: Size): SizedRequest {
  return boundOnce(request, bounds) ?? request
}

export function boxOf({ width, height, scale }: SizedRequest): Size {
  return { width: width * scale, height: height * scale }
}

/**
 * Whether one factor makes `target` of `box`, up to `tolerance` px a side: what rounding takes. A side of one pixel may
 * stand for less.
 */
export function isOfRatio(target: Size, box: Size, tolerance: number): boolean {
  const least = (side: number, of: number) => (side === 1 ? 0 : (side - tolerance) / of)
  const lowest = Math.max(least(target.width, box.width), least(target.height, box.height))
  const highest = Math.min(
    (target.width + tolerance) / box.width,
    (target.height + tolerance) / box.height,
  )
  return lowest <= highest
}

/** The sized request that an address stands for. */
export function read(url: string): SizedRequest {
  const [path = '', query = ''] = url.split('?')
  const request = parseImageUrl(path, new URLSearchParams(query))
  if (request.kind !== 'sized') throw new Error(`${url} has no size.`)
  return request
}
