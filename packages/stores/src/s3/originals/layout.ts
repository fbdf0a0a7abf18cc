import { originalPath } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'

type Version = Pick<OriginalRef, 'id' | 'version'>

/** Folder of everything about an original: its listing is all of it. */
export function folderOf(id: ImageId): string {
  return `${originalPath(id)}/`
}

/** Object that says which version is current, or that the id is gone. */
export function pointerKey(id: ImageId): string {
  return `${folderOf(id)}current`
}

/** Mark of an id that is gone, for stores without conditional puts. */
export function goneKey(id: ImageId): string {
  return `${folderOf(id)}gone`
}

export function versionKey({ id, version }: Version): string {
  return `${folderOf(id)}${version}`
}

/** Focal point or facts of a version. */
export type Detail = 'focal' | 'facts'

export function detailKey(original: Version, detail: Detail): string {
  return `${versionKey(original)}~${detail}`
}

/** Returns true for what belongs to a version: its bytes and details. */
export function belongsToVersion(key: string, original: Version): boolean {
  const own = versionKey(original)
  return key === own || key.startsWith(`${own}~`)
}

/** Returns the version that an object belongs to; undefined for the pointer and the mark. */
export function versionOfKey(key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return name === 'current' || name === 'gone' ? undefined : name.split('~')[0]
}

/** Folder of the notes about versions that may not be current. */
export const looseFolder = 'loose/'

/** Name of a version in the local cache. Names of its details begin with it as well. */
export function cacheName({ id, version }: Version): string {
  return `${cacheStem(id)}${version}`
}

/** Beginning of the names of everything about an original in the local cache. */
export function cacheStem(id: ImageId): string {
  return `${originalPath(id).slice(6)}.`
}

/** Folder of the log of deletions. */
export const deletionsFolder = 'deletions/'
