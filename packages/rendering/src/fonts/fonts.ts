import { readFile, stat } from 'node:fs/promises'
import { ConfigError } from '@iaas/common/config/config-error'
import type { FindFont, FontDigest } from '@iaas/common/image'
import type { FontSettings } from './config.ts'
import { fontDigest } from './font-digest.ts'
import { renameFont } from './rename-font.ts'

/** Bytes of fonts, by their digest. */
export type FontFiles = { find(digest: FontDigest): Uint8Array | undefined }

export type Fonts = { readonly find: FindFont; readonly files: FontFiles }

/** Largest font, bytes: it is sent with every render that uses it. */
export const mostFontBytes = 16 * 2 ** 20

/**
 * Reads the files of all fonts, once.
 *
 * @throws ConfigError that names every file that is no font
 */
export async function loadFonts(settings: FontSettings): Promise<Fonts> {
  const digests = new Map<string, FontDigest>()
  const bytesOf = new Map<FontDigest, Uint8Array>()
  const problems: string[] = []
  for (const [name, path] of Object.entries(settings)) {
    try {
      const bytes = await readFont(path)
      const digest = fontDigest(bytes)
      digests.set(name, digest)
      bytesOf.set(digest, bytes)
    } catch (error) {
      problems.push(`fonts.${name}: ${explain(error)}; received ${JSON.stringify(path)}`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    find: (name) => digests.get(name),
    files: { find: (digest) => bytesOf.get(digest) },
  }
}

async function readFont(path: string): Promise<Uint8Array> {
  const { size } = await stat(path)
  if (size > mostFontBytes) throw new Error(`must have at most ${mostFontBytes} bytes`)
  const bytes = await readFile(path)
  renameFont(bytes, 'Font')
  return bytes
}

function explain(error: unknown): string {
  const isSystem = error instanceof Error && 'code' in error
  return isSystem || !(error instanceof Error) ? 'the file cannot be read' : error.message
}
