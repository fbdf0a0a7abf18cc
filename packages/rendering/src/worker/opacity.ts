import { estimateMemory } from '../formats/cost.ts'
import { openForDisplay } from '../formats/sharp.ts'
import type { Admit, SourceFacts } from '../formats/source-facts.ts'
import type { WorkerSettings } from '../protocol.ts'

const opaque = 255

/** Returns true if every pixel of an image is opaque. Decodes it only if it has an alpha channel. */
export async function readOpacity(
  path: string,
  source: SourceFacts,
  { maxInputPixels }: Pick<WorkerSettings, 'maxInputPixels'>,
  admit: Admit,
): Promise<boolean> {
  if (!source.hasAlpha) return true
  await admit(estimateMemory(source, source.size))
  const image = await openForDisplay(path, maxInputPixels, source)
  const alpha = await image.toColourspace('srgb').extractChannel('alpha').raw().toBuffer()
  for (const value of alpha) if (value !== opaque) return false
  return true
}
