import type { Size } from '@iaas/common/image'
import { bytesOf, withBytes } from '../bytes.ts'
import { readImageIndex } from './later-images.ts'
import { findFrame } from './read-frame.ts'
import { headerWindow, markers, walkSegments } from './segments.ts'

/** Begins the parameters of a gain map: ISO 21496-1, and Ultra HDR before it. */
const isoName = 'urn:iso:std:iso:ts:21496:-1\0'
const xmpMark = 'hdrgm:GainMapMax'
/** Bytes of a gain map that its header is read from. */
const mostHeaderBytes = 64 * 1024

/**
 * Reads the size of the gain map of a JPEG: the image after the first one, with the parameters that make it one. Nothing is
 * decoded.
 */
export function readGainMap(path: string): Size | undefined {
  return withBytes(path, headerWindow, (file) => {
    const [map] = readImageIndex(file)?.later ?? []
    if (map === undefined || map.at + map.bytes > file.length) return undefined
    const header = bytesOf(file.read(map.at, Math.min(map.bytes, mostHeaderBytes)))
    let hasParameters = false
    for (const { marker, at, bytes } of walkSegments(header)) {
      if (marker === markers.scan) break
      const content = header.read(at, bytes)
      hasParameters ||= marker === markers.profile && content.indexOf(isoName, 0, 'latin1') === 0
      hasParameters ||= marker === markers.exif && content.includes(xmpMark)
    }
    const frame = hasParameters ? findFrame(header) : undefined
    return frame && { width: frame.width, height: frame.height }
  })
}
