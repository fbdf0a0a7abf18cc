import { z } from 'zod'
import { negotiableFormats } from '../image/index.ts'
import { integer, list, number, toggle } from '../platform/config/setting.ts'

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
  .transform(({ max_width, max_height, max_input, max_on_disk, max_upload_bytes }) => ({
    bounds: { width: max_width, height: max_height },
    maxInputPixels: Math.round(max_input * 1e6),
    maxOnDiskPixels: Math.round(max_on_disk * 1e6),
    maxUploadBytes: max_upload_bytes,
  }))

export const formatSettings = z
  .object({
    auto: list([...negotiableFormats], {
      description:
        'Formats of `.auto`, most preferred first: `avif`, `webp`. A client gets the first that its Accept header names; else JPEG, or PNG for an original that is not opaque.',
      env: 'FORMATS_AUTO',
    }).pipe(z.array(z.enum(negotiableFormats))),
  })
  .prefault({})
  .transform(({ auto }) => ({ autoFormats: auto }))

export const webpSettings = z
  .object({
    allow_opt_in: toggle(true, 'Honours `allow_webp=true` for clients that accept WebP.'),
    allow_dynamic_switch: toggle(false, 'Answers every client that accepts WebP in WebP.'),
  })
  .prefault({})
  .transform(({ allow_opt_in, allow_dynamic_switch }) => ({
    webpOptIn: allow_opt_in,
    webpSwitch: allow_dynamic_switch,
  }))
