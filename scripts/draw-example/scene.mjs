/**
 * The camera and the sun. Lengths are kilometres: x to the right, y up, z into the picture; the lake lies at y = 0.
 */
export function createScene(width, height) {
  const sun = normalise([0.2, 0.088, 1])
  return {
    width,
    height,
    /** The row of the horizon. */
    horizon: height * 0.575,
    /** Pixels for a slope of 1. */
    focal: width * 0.95,
    /** How high the camera stands over the lake. */
    eye: 0.024,
    sun,
  }
}

function normalise([x, y, z]) {
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}
