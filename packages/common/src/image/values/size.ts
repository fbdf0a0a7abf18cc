/** Width and height in px, positive integers. A side of a box may be 0: it is free. */
export type Size = { readonly width: number; readonly height: number }

/** A rectangle within an image: its top left corner and its size, px. */
export type Region = Size & { readonly left: number; readonly top: number }
