// Measures the structural similarity of two images of one size, as Wang, Bovik, Sheikh and Simoncelli defined it in 2004.

const side = 8
const step = 4
/** The constants of the definition, for values from 0 to 255. */
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2]

/** Returns the mean similarity of all windows of 8 x 8 pixels; 1 for equal images. Both are luma, a byte a pixel. */
export function measureSsim(one, other, { width, height }) {
  let sum = 0
  let count = 0
  for (const top of starts(height)) {
    for (const left of starts(width)) {
      const window = { left, top, right: end(left, width), bottom: end(top, height) }
      sum += compareWindow(one, other, window, width)
      count += 1
    }
  }
  return sum / count
}

function starts(length) {
  const last = Math.max(0, length - side)
  const found = Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step)
  return found.at(-1) === last ? found : [...found, last]
}

function end(start, length) {
  return Math.min(start + side, length)
}

function compareWindow(one, other, { left, top, right, bottom }, width) {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0]
  for (let row = top; row < bottom; row += 1) {
    for (let at = row * width + left; at < row * width + right; at += 1) {
      x += one[at]
      y += other[at]
      xx += one[at] * one[at]
      yy += other[at] * other[at]
      xy += one[at] * other[at]
    }
  }
  const pixels = (right - left) * (bottom - top)
  const [meanX, meanY] = [x / pixels, y / pixels]
  const varianceX = xx / pixels - meanX * meanX
  const varianceY = yy / pixels - meanY * meanY
  const covariance = xy / pixels - meanX * meanY
  const luminance = (2 * meanX * meanY + c1) / (meanX * meanX + meanY * meanY + c1)
  return (luminance * (2 * covariance + c2)) / (varianceX + varianceY + c2)
}
