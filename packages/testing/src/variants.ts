import { type Variant, defaultVariantOptions, parseImageId } from '@iaas/common/image'

let made = 0

/** Creates a variant that no other call has created. */
export function makeVariant(part: Partial<Variant> = {}): Variant {
  made += 1
  const id = parseImageId(`image ${process.pid} ${made}`)
  return {
    id,
    width: 100,
    height: 80,
    format: 'jpg',
    ...defaultVariantOptions,
    ...part,
  }
}
