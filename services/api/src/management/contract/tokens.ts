import { z } from 'zod'
import type { Routes } from './define-route.ts'
import { imageId } from './image-id.ts'

const token = z
  .object({
    token: z.string().meta({ description: 'Permits one upload of the id.' }),
    upload_path: z.string().meta({ description: 'Path to which the image is posted.' }),
  })
  .meta({ id: 'Token' })

export const tokenRoutes = {
  createToken: {
    method: 'POST',
    path: '/tokens',
    scope: 'tokens',
    summary: 'Issues a token for the upload of one image by an end user.',
    query: z.strictObject({}),
    body: z
      .strictObject({
        id: imageId,
        replace: z
          .boolean()
          .default(false)
          .meta({ description: '`true`: the upload replaces the original of the id.' }),
      })
      .meta({ id: 'TokenRequest' }),
    status: 201,
    answer: token,
    errors: [
      'ID_TAKEN',
      'TOKEN_PENDING',
      'ORIGINAL_NOT_FOUND',
      'ORIGINAL_GONE',
      'UPLOAD_TOO_LARGE',
      'STORE_UNAVAILABLE',
      'STORE_BUSY',
    ],
  },
} as const satisfies Routes
