/** Pieces of paths that are almost a size or a format. */
export const hostilePieces: readonly string[] = [
  '_',
  '_.',
  '_x',
  '-',
  '1',
  '_1',
  '_1_1',
  '.',
  '%5F',
  '%25',
  ' ',
  '_1x',
  '1e',
  '٧',
  '%C3%A9',
]
