const headerBytes = 128
/** Largest profile that a rendition carries, bytes. Larger ones describe printers and scanners by tables. */
const mostBytes = 64 * 1024

const spaces: Readonly<Record<string, 'rgb' | 'grey'>> = { 'RGB ': 'rgb', GRAY: 'grey' }
/** Classes of profiles that describe the colours of images: displays, inputs and colour spaces. */
const classes: ReadonlySet<string> = new Set(['mntr', 'scnr', 'spac'])

/** Returns true for a profile that can be attached to an image: ICC.1:2022, 7.2. */
export function isUsable(profile: Buffer): boolean {
  return (
    profile.length > headerBytes &&
    profile.length <= mostBytes &&
    profile.readUInt32BE(0) === profile.length &&
    profile.toString('latin1', 36, 40) === 'acsp' &&
    classes.has(profile.toString('latin1', 12, 16))
  )
}

/** Returns the space of the pixels that a profile describes; undefined for inks and others. */
export function spaceOf(profile: Buffer): 'rgb' | 'grey' | undefined {
  return spaces[profile.toString('latin1', 16, 20)]
}
