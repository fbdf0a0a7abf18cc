import { readFile } from 'node:fs/promises'
import type { Region, Size, Variant } from '@iaas/common/image'
import type { Ingested } from '@iaas/common/ports/renderer'
import { makeVariant } from '@iaas/testing/variants'
import { perform } from '../src/worker/perform.ts'
import type { Results, Task, TaskKind, WorkerSettings } from '../src/protocol.ts'
import { workerSettings } from './worker-settings.ts'

const limits: WorkerSettings = { ...workerSettings, minCopiedPixels: 1 }

const bounds: Size = { width: 5000, height: 5000 }

/** Does a task as a child does it, in this process. */
function run<Kind extends TaskKind>(task: Task & { kind: Kind }): Promise<Results[Kind]> {
  return perform(task, limits, async () => {}) as Promise<Results[Kind]>
}

/** A variant of a file, as its bytes. */
export async function renderImage(path: string, part: Partial<Variant>): Promise<Uint8Array> {
  const outcome = await run({ kind: 'render', path, bounds, variant: makeVariant(part) })
  if (outcome.kind !== 'rendered') throw new Error('It was not rendered.')
  return outcome.bytes
}

/** Checks a file as an upload. `bytes` is what is kept of it. */
export async function ingestImage(
  path: string,
  crop?: Region,
): Promise<Ingested & { readonly bytes: Buffer }> {
  const outputPath = `${path}.kept`
  const task = { kind: 'take-in', path, outputPath, crop, stripMetadata: false } as const
  const ingested = await run(task)
  return { ...ingested, bytes: await readFile(ingested.reencoded ? outputPath : path) }
}

/** The working copy of a file, as its bytes. */
export async function copyImage(path: string): Promise<Buffer> {
  const outputPath = `${path}.copy`
  const outcome = await run({ kind: 'copy', path, outputPath })
  if (outcome.kind !== 'copied') throw new Error('It was not copied.')
  return readFile(outputPath)
}
