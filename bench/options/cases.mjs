import { paramOf, variantFormats, variantOptionKeys } from '@iaas/common/image'
import { optionExamples } from '@iaas/standalone/option-examples'

/** A plain resize, with which each option is compared. */
export const plain = '_400_400.jpg'

const formats = variantFormats.filter((format) => format !== 'jpg')

const queries = [
  'fit=crop',
  'fit=canvas',
  'fit=cover',
  'fit=crop&gravity=west',
  'fit=crop&gravity=smart',
  'rect=0.25,0.25,0.5,0.5',
  'trim=true',
  'rotate=90',
  'flip=horizontal',
  'enlarge=false',
  'padding=20',
  'brightness=1.4',
  'contrast=1.6',
  'saturation=2',
  'hue=120',
  'grayscale=true',
  'negate=true',
  'blur=true',
  'blur=4',
  'blur=100',
  'sharpen=true',
  'pixelate=10',
  'padding=20&background=dde5ee',
  'fit=canvas&background=blur',
  'fit=canvas&background=auto',
  'radius=max',
  'watermark=logo',
  'text=Lake%20at%20dawn',
  'quality=low',
  'max_bytes=8000',
]

const measured = [
  ...formats.map((format) => `_400_400.${format}`),
  '_400_0.jpg',
  ...queries.map((query) => `${plain}?${query}`),
]

/** Options that a photo cannot have. */
const ofAnimations = new Set(['frame'])

/** Returns the ends of the addresses that are measured: those above, and the example of every other option. */
export function listAddresses() {
  const isMeasured = (key) => measured.some((address) => address.includes(`${paramOf(key).name}=`))
  const others = variantOptionKeys.filter((key) => !isMeasured(key) && !ofAnimations.has(key))
  return [...measured, ...others.map((key) => optionExamples[key].address)]
}
