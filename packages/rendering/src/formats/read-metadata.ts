import type { OriginalFormat } from '@iaas/common/image'
import type { MetadataBlocks } from './exif/find-location.ts'
import { readers } from './readers.ts'
import { openHeader } from './sharp.ts'

/** Reads the blocks of metadata of a file. */
export async function readMetadata(path: string, format: OriginalFormat): Promise<MetadataBlocks> {
  return readers[format].readMetadata?.(path) ?? openHeader(path, format).metadata()
}
