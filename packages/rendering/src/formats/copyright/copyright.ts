/** Who made an image, and who has its rights. Every text is printable and bounded. */
export type Copyright = {
  readonly creators: readonly string[]
  readonly rights?: string | undefined
}

/** Longest text, characters. Longer ones are cut. */
export const mostText = 1000
