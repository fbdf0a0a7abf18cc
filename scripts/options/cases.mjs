// Lists the combinations of geometric options that are compared.

/** Longest side of a box, px, so that many images can be compared. */
const longestBox = 240

const fits = ['clip', 'crop', 'canvas', 'cover']
/** Fractions of the image that each gravity stands for. */
const points = {
  northwest: [0, 0],
  north: [0.5, 0],
  northeast: [1, 0],
  west: [0, 0.5],
  east: [1, 0.5],
  southwest: [0, 1],
  south: [0.5, 1],
  southeast: [1, 1],
  '0.3,0.7': [0.3, 0.7],
  '0.95,0.1': [0.95, 0.1],
}
const even = { top: 9, right: 9, bottom: 9, left: 9 }
const uneven = { top: 3, right: 14, bottom: 0, left: 25 }
const mixedRect = { fractions: [0.1, 0.2, 0.7, 0.6], isFraction: true }

/** Boxes as shares of the image that they hold. All are smaller than the image, but for those of `enlarge`. */
const wide = scaled(1, 0.6)
const tall = scaled(0.6, 1)
const strip = scaled(1, 0.12)
const larger = ({ width, height }) => ({ width: 2 * width, height: height + 40 })
const higher = ({ width, height }) => ({ width: Math.ceil(width / 2), height: height + 20 })
const freeHeight = (view) => ({ ...wide(view), height: 0 })
const freeWidth = (view) => ({ ...wide(view), width: 0 })

/** Returns the cases: a name, the options of the address, and a function from the size of the cut and turned image to a box. */
export const cases = [
  { name: 'free height', box: freeHeight },
  { name: 'free width', box: freeWidth },
  // A crop that keeps less than a quarter is cut before it is scaled.
  { name: 'strip', box: strip, fit: 'crop', isCutFirst: true },
  ...fits.flatMap((fit) => casesOf(fit)),
  ...['crop', 'canvas'].flatMap((fit) =>
    Object.entries(points).map(([gravity, point]) => {
      const isAcross = point[0] !== 0.5
      return { name: `gravity ${gravity}`, box: isAcross ? tall : wide, fit, gravity, point }
    }),
  ),
]

function casesOf(fit) {
  return [
    { name: 'box' },
    { name: 'rect px', rect: { fractions: [0.25, 0.1, 0.6, 0.8], isFraction: false } },
    { name: 'rect beyond', rect: { fractions: [0.4, 0.3, 1, 2], isFraction: false } },
    { name: 'rect fractions', rect: mixedRect },
    ...[90, 180, 270].map((rotate) => ({ name: `rotate ${rotate}`, rotate })),
    ...['horizontal', 'vertical', 'both'].map((flip) => ({ name: `flip ${flip}`, flip })),
    { name: 'enlarge=false, larger', enlarge: false, box: larger },
    { name: 'enlarge=false, higher', enlarge: false, box: higher },
    { name: 'padding', padding: even },
    { name: 'padding, four', padding: uneven },
    { name: 'trim', trim: 10 },
    {
      name: 'together',
      rect: mixedRect,
      rotate: 90,
      flip: 'horizontal',
      gravity: '0.2,0.9',
      point: [0.2, 0.9],
      padding: uneven,
    },
  ].map((each) => Object.assign({ box: wide, fit }, each))
}

function scaled(across, down) {
  return ({ width, height }) => {
    const share = Math.min(0.5, longestBox / Math.max(width, height))
    return {
      width: Math.max(1, Math.round(width * share * across)),
      height: Math.max(1, Math.round(height * share * down)),
    }
  }
}

/** Returns the path and query of a case; `displayed` is the size of the original. */
export function formatCase(
  id,
  { fit = 'clip', gravity, rect, rotate, flip, enlarge, ...rest },
  displayed,
  box,
) {
  const { padding, trim } = rest
  const options = {
    fit,
    gravity,
    rect: rect && formatRect(rect, displayed),
    trim,
    rotate,
    flip,
    enlarge,
    padding: padding && [padding.top, padding.right, padding.bottom, padding.left].join(','),
    proxy: true,
  }
  const query = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
  return `/${id}_${box.width}_${box.height}.png?${query.join('&')}`
}

function formatRect(rect, displayed) {
  if (rect.isFraction) return rect.fractions.join(',')
  const { left, top, width, height } = toPixels(rect, displayed)
  return [left, top, width, height].join(',')
}

/** Returns the rectangle in px, which may reach beyond the image. */
export function toPixels({ fractions: [left, top, width, height] }, displayed) {
  const [x, y] = [Math.round(left * displayed.width), Math.round(top * displayed.height)]
  return {
    left: x,
    top: y,
    width: Math.round((left + width) * displayed.width) - x,
    height: Math.round((top + height) * displayed.height) - y,
  }
}
