/** An image of at most as many colours is a drawing or a screenshot. A power of two. */
export const mostGraphicColours = 4096

export function smallestOf(candidates: readonly [Buffer, ...Buffer[]]): Buffer {
  return candidates.reduce((best, each) => (each.length < best.length ? each : best))
}
