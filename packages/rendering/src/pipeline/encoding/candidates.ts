/** Maximum number of colours of a drawing or screenshot. A power of two. */
export const mostGraphicColours = 4096

export function smallestOf(candidates: readonly [Buffer, ...Buffer[]]): Buffer {
  return candidates.reduce((best, each) => (each.length < best.length ? each : best))
}
