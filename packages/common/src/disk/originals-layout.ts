import { originalPath } from '../digest.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'

/**
 * Folder of the hashed names. A flat file of the legacy iaas may have the name of a hashed folder, but never begins
 * with "_".
 */
const hashedFolder = '_hashed'

/** Folder of the working copies. Lies beside the hashed originals; like theirs, its name cannot be an id. */
export const copiesFolder = '_copies'

/** Folder of the facts about originals. */
const factsFolder = '_facts'

/** Folder of the focal points. Unlike copies and facts, nothing else can restore them. */
const focalFolder = '_focal'

/** Folder of the versions that were replaced and are kept. */
const versionsFolder = '_versions'

/** Folder of the log of deletions, whose entries outlive a restored database. */
export const deletionsFolder = '_deletions'

/** Folders beside the originals that contain no originals. */
export const sideFolders: ReadonlySet<string> = new Set([
  copiesFolder,
  factsFolder,
  focalFolder,
  versionsFolder,
  deletionsFolder,
])

/** Returns the path of the facts about an original below the folder of the originals. */
export function factsPath(id: ImageId): string {
  return `${factsFolder}/${originalPath(id)}`
}

/** Returns the path of the focal point of one version of an original below the folder of the originals. */
export function focalPath({ id, version }: OriginalRef): string {
  return `${focalPrefix(id)}${version}`
}

/** Returns the beginning of the paths of the focal points of an original, whatever its version. */
export function focalPrefix(id: ImageId): string {
  return `${focalFolder}/${originalPath(id)}-`
}

/** Returns the beginning of the paths of the older versions of an original; a number follows. */
export function versionPrefix(id: ImageId): string {
  return `${versionsFolder}/${originalPath(id)}-`
}

/** Returns the path of the entry of an original in the log of deletions. */
export function deletionPath(id: ImageId): string {
  return `${deletionsFolder}/${originalPath(id)}`
}

/** Returns the path of the mark that an original is gone. */
export function gonePath(id: ImageId): string {
  return `${hashedPath(id)}.gone`
}

/** Returns the path of an original below the folder of the originals. */
export function hashedPath(id: ImageId): string {
  return `${hashedFolder}/${originalPath(id)}`
}
