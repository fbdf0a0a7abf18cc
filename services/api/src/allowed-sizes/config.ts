import { list } from '@iaas/common/config/setting'
import type { AllowedSizes } from '@iaas/common/image'
import { z } from 'zod'

const widthPattern = /^[1-9]\d{0,4}$/
const sizePattern = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/

export const offerSettings = z
  .object({
    widths: list([], {
      description:
        'Allowed widths, px: a request is redirected to the next of them with its ratio kept. Empty: every width.',
      env: 'OFFERED_WIDTHS',
    }).refine((texts) => texts.every((text) => widthPattern.test(text)), 'must be whole numbers'),
    sizes: list([], {
      description:
        'Allowed sizes, such as `400x300`; any other is refused (400). Empty: every size.',
      env: 'OFFERED_SIZES',
    }).refine(
      (texts) => texts.every((text) => sizePattern.test(text)),
      'must be sizes such as 400x300',
    ),
  })
  .prefault({})
  .transform(({ widths, sizes }): AllowedSizes => ({
    widths: widths.map(Number).toSorted((one, other) => one - other),
    sizes: sizes.map((text) => {
      const [, width, height] = sizePattern.exec(text) ?? []
      return { width: Number(width), height: Number(height) }
    }),
  }))
