import { z } from 'zod'

const fraction = z.number().min(0).max(1)

/** A point of an image from another process or a file, in fractions of its sides. */
export const pointSchema = z.object({ x: fraction, y: fraction })
