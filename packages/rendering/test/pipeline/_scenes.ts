import sharp from 'sharp'

/** An image with a subject whose place is known. */
export type Scene = {
  readonly name: string
  readonly image: Buffer
  /** Corners of the subject, px. */
  readonly subject: {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
  }
}

export const sceneSize = { width: 640, height: 420 }

/** Drawings within a square from -50 to 50. */
const subjects = {
  face: `<path d="M-36 10 Q-40 -50 0 -50 Q40 -50 36 10Z" fill="#3b2417"/><ellipse rx="28" ry="37" cy="8" fill="#e0ac84"/>
    <circle cx="-11" cy="0" r="4" fill="#222"/><circle cx="11" cy="0" r="4" fill="#222"/>
    <path d="M-12 24 Q0 34 12 24" stroke="#a33" stroke-width="4" fill="none"/><path d="M0 4 l-4 12 h6" stroke="#b07a55" fill="none"/>`,
  flower: `<g fill="#e8308a">${[0, 60, 120, 180, 240, 300].map((turn) => `<ellipse rx="14" ry="24" cy="-26" transform="rotate(${turn})"/>`).join('')}</g><circle r="14" fill="#f6d02f"/>`,
  bird: `<path d="M-48 -6 Q-20 -44 0 -4 Q20 -44 48 -6 Q24 -16 6 16 L0 40 L-6 16 Q-24 -16 -48 -6Z" fill="#1b1b20"/><path d="M-4 -6 l4 -12 l4 12Z" fill="#f0a020"/>`,
  sign: `<rect x="-48" y="-32" width="96" height="64" rx="6" fill="#f7f7f2" stroke="#c01818" stroke-width="7"/>
    <path d="M-30 -12 h60 M-30 0 h46 M-30 12 h54" stroke="#161616" stroke-width="6"/>`,
  ball: `<circle r="46" fill="#d8231f"/><path d="M-46 0 Q0 -26 46 0 M0 -46 Q26 0 0 46" stroke="#fff" stroke-width="8" fill="none"/>`,
} as const

/** Fills of the whole image, drawn with definitions of filters and gradients. */
const backgrounds = {
  sky: `<linearGradient id="b" x2="0" y2="1"><stop stop-color="#7fb2e5"/><stop offset="1" stop-color="#dfeaf5"/></linearGradient>|<rect width="100%" height="100%" fill="url(#b)"/>`,
  grass: `<filter id="b"><feTurbulence baseFrequency="0.3" numOctaves="2" seed="4"/><feColorMatrix values="0 0 0 0 .25 0 .35 0 0 .3 0 0 0 0 .15 0 0 0 0 1"/></filter>|<rect width="100%" height="100%" filter="url(#b)"/>`,
  fog: `<filter id="b"><feTurbulence baseFrequency="0.012" numOctaves="2" seed="7"/><feColorMatrix values=".3 0 0 0 .5 .3 0 0 0 .5 .3 0 0 0 .55 0 0 0 0 1"/></filter>|<rect width="100%" height="100%" filter="url(#b)"/>`,
  sea: `<linearGradient id="b" x2="0" y2="1"><stop stop-color="#bcd7e6"/><stop offset=".45" stop-color="#9cc0d4"/><stop offset=".46" stop-color="#2b6482"/><stop offset="1" stop-color="#174861"/></linearGradient>|<rect width="100%" height="100%" fill="url(#b)"/>`,
  wall: `<pattern id="b" width="48" height="24" patternUnits="userSpaceOnUse"><rect width="48" height="24" fill="#a89e92"/><path d="M0 0 h48 M12 0 v12 M36 12 v12 M0 12 h48" stroke="#958b80" stroke-width="2"/></pattern>|<rect width="100%" height="100%" fill="url(#b)"/>`,
  night: `<radialGradient id="b"><stop stop-color="#2c3350"/><stop offset="1" stop-color="#0b0d18"/></radialGradient>|<rect width="100%" height="100%" fill="url(#b)"/>`,
} as const

/** Draws every subject on every background, to the left and to the right in turn, never in the middle. */
export function drawScenes(): Promise<readonly Scene[]> {
  const pairs = Object.entries(backgrounds).flatMap(([place, background]) =>
    Object.entries(subjects).map(([name, subject]) => ({
      name: `${name}, ${place}`,
      background,
      subject,
    })),
  )
  return Promise.all(pairs.map((pair, index) => drawScene(pair, index)))
}

async function drawScene(
  { name, background, subject }: Record<'name' | 'background' | 'subject', string>,
  index: number,
): Promise<Scene> {
  const { width, height } = sceneSize
  const side = 80 + ((index * 17) % 50)
  const fromEdge = 0.13 + ((index * 7) % 10) / 100
  const x = Math.round(width * (index % 2 === 0 ? fromEdge : 1 - fromEdge))
  const y = Math.round(height * (0.25 + ((index * 13) % 50) / 100))
  const [definitions = '', fill = ''] = background.split('|')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${definitions}</defs>${fill}
    <g transform="translate(${x} ${y}) scale(${side / 100})">${subject}</g></svg>`
  const image = await sharp(Buffer.from(svg)).jpeg({ quality: 88 }).toBuffer()
  const half = side / 2
  return {
    name,
    image,
    subject: { left: x - half, top: y - half, right: x + half, bottom: y + half },
  }
}
