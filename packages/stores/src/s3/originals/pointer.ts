import { z } from 'zod'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'

const versionSchema = z.object({
  version: z.string().regex(/^[\da-z.]+$/),
  size: z.int().min(0),
  modified_at: z.iso.datetime(),
  sha256: z.string(),
})

const storedSchema = versionSchema.extend({
  state: z.literal('stored'),
  /** Older versions, the one that was replaced last first. */
  kept: z.array(versionSchema).default([]),
})

export type StoredVersion = z.output<typeof versionSchema>

const pointerSchema = z.discriminatedUnion('state', [
  storedSchema,
  z.object({ state: z.literal('gone') }),
  z.object({ state: z.literal('free') }),
])

/** Pointer of an id: its current version, or the mark that it is gone or free again. */
export type Pointer = z.output<typeof pointerSchema>

export type StoredPointer = z.output<typeof storedSchema>

/** @param stamp any text that no other pointer has, by which a writer recognises its own */
export function writePointer(id: ImageId, pointer: Pointer, stamp: string): string {
  return JSON.stringify({ id, ...pointer, stamp })
}

export function readPointer(text: string): { readonly pointer: Pointer; readonly stamp: string } {
  const json = JSON.parse(text) as { readonly stamp?: unknown }
  return { pointer: pointerSchema.parse(json), stamp: String(json.stamp) }
}

/** @throws AppError ORIGINAL_GONE */
export function currentOf(id: ImageId, pointer: Pointer | undefined): OriginalRef | undefined {
  if (pointer?.state === 'gone') throw goneError()
  return pointer?.state === 'stored' ? toRef(id, pointer) : undefined
}

export function keptOf(id: ImageId, pointer: Pointer | undefined): readonly OriginalRef[] {
  return pointer?.state === 'stored' ? pointer.kept.map((version) => toRef(id, version)) : []
}

/** Returns true if the pointer names this version, as the present one or as a kept one. */
export function names(pointer: Pointer | undefined, version: string): boolean {
  if (pointer?.state !== 'stored') return false
  return [pointer, ...pointer.kept].some((each) => each.version === version)
}

/** Returns a pointer to another version, which keeps the present one and the versions kept before, up to a number. */
export function switchTo(
  next: StoredVersion,
  present: Pointer | undefined,
  keepVersions: number,
): StoredPointer {
  const before = present?.state === 'stored' ? [present, ...present.kept] : []
  const others = before.filter(({ version }) => version !== next.version)
  const kept = others.slice(0, keepVersions).map(toVersion)
  return { ...toVersion(next), state: 'stored', kept }
}

function toVersion({ version, size, modified_at, sha256 }: StoredVersion): StoredVersion {
  return { version, size, modified_at, sha256 }
}

function toRef(id: ImageId, { version, size, modified_at }: StoredVersion): OriginalRef {
  return { id, version, size, modifiedAt: new Date(modified_at) }
}

export function goneError(): AppError {
  return new AppError('ORIGINAL_GONE', 'The image was deleted.')
}
