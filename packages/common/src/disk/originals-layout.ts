import { originalPath } from '../digest.ts'
import type { ImageId } from '../image/index.ts'

/**
 * Folder of the hashed names. A flat file of the legacy iaas may have the name of a hashed folder, but never begins
 * with "_".
 */
const hashedFolder = '_hashed'

/** Folder of the working copies. Lies beside the hashed originals; like theirs, its name cannot be an id. */
export const copiesFolder = '_copies'

/** Folder of the facts about originals. */
const factsFolder = '_facts'

/** Folders beside the originals whose files are made from them. */
export const derivedFolders: ReadonlySet<string> = new Set([copiesFolder, factsFolder])

/** Returns the path of the facts about an original below the folder of the originals. */
export function factsPath(id: ImageId): string {
  return `${factsFolder}/${originalPath(id)}`
}

/** Returns the path of an original below the folder of the originals. */
export function hashedPath(id: ImageId): string {
  return `${hashedFolder}/${originalPath(id)}`
}
