import { z } from 'zod'
import type { Policy } from '../image/index.ts'
import { integer, number, toggle } from './setting.ts'

export const constraintsSettings = z
  .object({
    max_width: integer(
      { min: 1, max: 65_500, fallback: 2000 },
      'Largest width of boxes and results, px. Wider requests are redirected within it.',
    ),
    max_height: integer(
      { min: 1, max: 65_500, fallback: 2000 },
      'Largest height of boxes and results, px.',
    ),
    max_input: number(
      { min: 0.000_001, max: 1000, fallback: 30 },
      'Largest upload, megapixels; larger ones are refused (413). 120 accepts the photos of phones, which are scaled down to `constraints.max_on_disk`. Formats that must be decoded as a whole are refused beyond `renderer.memory`.',
      'MAX_INPUT',
    ),
    max_on_disk: number(
      { min: 0.000_001, max: 1000, fallback: 30 },
      'Largest original that is kept, megapixels. Larger uploads are scaled down to it.',
    ),
    max_upload_bytes: integer(
      { min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 50 * 1024 * 1024 },
      'Largest upload, bytes.',
    ),
  })
  .prefault({})

export const webpSettings = z
  .object({
    allow_opt_in: toggle(true, 'Honours `allow_webp=true` for clients that accept WebP.'),
    allow_dynamic_switch: toggle(false, 'Answers every client that accepts WebP in WebP.'),
  })
  .prefault({})

export function toPolicy(
  constraints: z.output<typeof constraintsSettings>,
  webp: z.output<typeof webpSettings>,
): Policy {
  return {
    bounds: { width: constraints.max_width, height: constraints.max_height },
    webpOptIn: webp.allow_opt_in,
    webpSwitch: webp.allow_dynamic_switch,
  }
}
