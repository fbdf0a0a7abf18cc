import type { OriginalFormat, Size } from '@iaas/common/image'
import type { Orientation } from '../orientation.ts'
import type { Amendment } from './amendment.ts'

/** The facts of an image that its header tells, before any pixel is decoded. */
export type SourceFacts = {
  readonly format: OriginalFormat
  /** As it is displayed, px. */
  readonly size: Size
  /** How many are decoded: more than are displayed where a file says what is to be cut away. */
  readonly pixels: number
  readonly orientation: Orientation
  readonly colours: 'grey' | 'rgb' | 'other'
  readonly hasAlpha: boolean
  /** A lossy image keeps its colours at half the resolution of its brightness. */
  readonly hasHalvedColours: boolean
  /** The format, as it is used here, keeps pixels exactly. */
  readonly isLossless: boolean
  /** The pixels are entries of a palette. */
  readonly isIndexed: boolean
  /** Progressive JPEG, interlaced PNG: all of it is kept in memory while it is decoded. */
  readonly isProgressive: boolean
  /** Of the decoded pixels. */
  readonly bytesPerPixel: number
  /** More than eight bits a channel, of what is left once it is amended. */
  readonly isDeep: boolean
  readonly amendment?: Amendment | undefined
  /** The bytes of the file that lie in memory while it is decoded; none unless given. */
  readonly heldBytes?: number
}

/** Resolves when that many bytes of memory may be taken. */
export type Admit = (bytes: number) => Promise<void>
