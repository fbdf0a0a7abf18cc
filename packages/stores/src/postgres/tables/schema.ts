import type { ImagesTable } from './images.ts'
import type { ReplacementsTable } from './replacements.ts'
import type { TokensTable } from './tokens.ts'

export type Schema = {
  readonly images: ImagesTable
  readonly tokens: TokensTable
  readonly replacements: ReplacementsTable
}
