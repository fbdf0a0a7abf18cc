import { join, resolve } from 'node:path'
import { z } from 'zod'
import { integer, text } from '../platform/config/setting.ts'

/** Settings at the root of the configuration: folders on disk. */
export const folderSettings = {
  data_dir: text({
    description: 'The folder of all data on disk. Default: `./data`.',
    env: 'DATA_DIR',
  }),
  originals_dir: text({
    description:
      'The folder of the originals, shared by all api processes. Back it up. Default: `<data_dir>/originals`.',
    env: 'ORIGINALS_DIR',
  }),
}

export const spoolSettings = z
  .object({
    max_bytes: integer(
      { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 512 * 1024 * 1024 },
      'Largest total of renditions that wait to be stored, bytes. Beyond it, renditions are served and not stored.',
    ),
    max_items: integer(
      { min: 0, max: 10_000_000, fallback: 20_000 },
      'Largest number of renditions that wait to be stored. Beyond it, renditions are served and not stored.',
    ),
    max_jobs: integer(
      { min: 0, max: 10_000_000, fallback: 100_000 },
      'Largest number of waiting jobs, two per rendition. Beyond it, renditions are served, and queued by a later request.',
    ),
    max_age: integer(
      { min: 60, max: 30 * 86_400, fallback: 86_400 },
      'TTL of a rendition in the spool, seconds.',
    ),
  })
  .prefault({})
  .transform(({ max_bytes, max_items, max_jobs, max_age }) => ({
    maxJobs: max_jobs,
    bounds: { maxBytes: max_bytes, maxItems: max_items, maxAgeMs: max_age * 1000 },
  }))

type FolderSettings = {
  readonly data_dir?: string | undefined
  readonly originals_dir?: string | undefined
}

/** Absolute folders of all data on disk. */
export type Folders = ReturnType<typeof locateFolders>

/** Replaces the settings of folders by `folders`, the absolute paths. */
export function withFolders<Settings extends FolderSettings>(settings: Settings) {
  const { data_dir: dataDir, originals_dir: originalsDir, ...others } = settings
  return { ...others, folders: locateFolders(dataDir, originalsDir) }
}

function locateFolders(dataDir = 'data', originalsDir?: string) {
  const data = resolve(dataDir)
  return {
    data,
    originals: resolve(originalsDir ?? join(data, 'originals')),
    originalsCache: join(data, 'originals-cache'),
    variants: join(data, 'variants'),
    spool: join(data, 'spool'),
    journal: join(data, 'spool', 'journal'),
    postgres: join(data, 'postgres'),
    temporary: join(data, 'tmp'),
  } as const
}
