/** Blocks that a rendition carries beside its pixels. */
export type Attachments = {
  /** TIFF structure, without a prefix. */
  readonly exif?: Buffer | undefined
  readonly xmp?: string | undefined
  /** ICC profile of the colours. */
  readonly icc?: Buffer | undefined
}

export const noAttachments: Attachments = {}
