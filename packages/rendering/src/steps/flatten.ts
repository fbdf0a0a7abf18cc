import { formats } from '@iaas/common/image'
import { type Step, white } from './step.ts'

/** Puts transparency on white where the output has none. */
export const flatten: Step = (image, { variant }) =>
  formats[variant.format].hasAlpha ? image : image.flatten({ background: white })
