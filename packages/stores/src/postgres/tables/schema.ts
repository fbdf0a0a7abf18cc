import type { ImagesTable } from './images.ts'
import type { TokensTable } from './tokens.ts'

export type Schema = { readonly images: ImagesTable; readonly tokens: TokensTable }
