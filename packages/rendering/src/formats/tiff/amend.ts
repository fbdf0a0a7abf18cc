import type { Metadata } from 'sharp'
import { type Amendment, decode } from '../amendment.ts'
import { readTiffKind } from './kind.ts'

/** Corrects a TIFF: an extra channel is a selection or otherwise invisible, unless it is declared as transparency. */
export function amendTiff(path: string, metadata: Metadata, page: number): Amendment | undefined {
  if (!metadata.hasAlpha || !readTiffKind(path, page).hasFalseAlpha) return undefined
  const isDeepColour = metadata.space === 'rgb16'
  return {
    hasAlpha: false,
    apply: (image) => {
      const opened = isDeepColour ? image.pipelineColourspace('srgb') : image
      return decode(opened.removeAlpha())
    },
  }
}
