import type { Size } from '@iaas/common/image'

/** Values of the pixels of a small image, row by row. */
export type Plane = Float32Array

/** A small image in CIELAB. */
export type LabImage = Size & {
  readonly lightness: Plane
  readonly greenToRed: Plane
  readonly blueToYellow: Plane
}

/** Share of each kind in how striking a pixel is; chosen by `npm run test:options -- FOLDER --smart`. */
const shares = { contrast: 1, edges: 1.4, chroma: 0.25 } as const
/** Makes few striking pixels weigh more than many even ones. */
const exponent = 1.5
/** Edges beyond this difference are equally striking. */
const mostEdge = 40

/** Returns how striking each pixel is: different from the mean colour, among edges, and colourful. */
export function measureSaliency(image: LabImage): Plane {
  const { lightness, greenToRed, blueToYellow } = image
  const [l, a, b] = [lightness, greenToRed, blueToYellow].map((plane) => blur(plane, image, 1))
  if (l === undefined || a === undefined || b === undefined) throw new RangeError('No planes.')
  const mean = { l: meanOf(l), a: meanOf(a), b: meanOf(b) }
  const contrast = l.map((value, at) =>
    Math.hypot(value - mean.l, (a[at] ?? 0) - mean.a, (b[at] ?? 0) - mean.b),
  )
  const chroma = a.map((value, at) => Math.hypot(value, b[at] ?? 0))
  const edges = blur(findEdges(lightness, image), image, 2)
  const kinds = {
    contrast: toMeanOne(contrast),
    edges: toMeanOne(edges),
    chroma: toMeanOne(chroma),
  }
  return lightness.map((_, at) => {
    const of = (kind: keyof typeof shares) => shares[kind] * (kinds[kind][at] ?? 0)
    return (of('contrast') + of('edges') + of('chroma')) ** exponent
  })
}

function findEdges(plane: Plane, { width, height }: Size): Plane {
  const at = (x: number, y: number) =>
    plane[Math.min(Math.max(0, y), height - 1) * width + Math.min(Math.max(0, x), width - 1)] ?? 0
  return plane.map((_, index) => {
    const x = index % width
    const y = (index - x) / width
    const step = Math.hypot(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1))
    return Math.min(mostEdge, step)
  })
}

/** Averages squares around each pixel, twice. Only pixels of the image count. */
function blur(plane: Plane, { width, height }: Size, radius: number): Plane {
  const along = (from: Plane, length: number, step: number) =>
    from.map((_, index) => {
      const position = Math.floor(index / step) % length
      const first = Math.max(0, position - radius)
      const last = Math.min(length - 1, position + radius)
      let sum = 0
      for (let each = first; each <= last; each += 1) {
        sum += from[index + (each - position) * step] ?? 0
      }
      return sum / (last - first + 1)
    })
  const once = (from: Plane) => along(along(from, width, 1), height, width)
  return once(once(plane))
}

function meanOf(plane: Plane): number {
  return plane.reduce((sum, value) => sum + value, 0) / plane.length
}

function toMeanOne(plane: Plane): Plane {
  const mean = meanOf(plane)
  return mean === 0 ? plane : plane.map((value) => value / mean)
}
