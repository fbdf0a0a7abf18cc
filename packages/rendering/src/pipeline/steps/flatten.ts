import { formats } from '@iaas/common/image'
import { type Step, white } from './step.ts'

/** Puts white behind transparent images: in formats without alpha, and on a canvas, which is white everywhere. */
export const flatten: Step = (image, { variant: { fit, format } }) =>
  formats[format].hasAlpha && fit !== 'canvas' ? image : image.flatten({ background: white })
