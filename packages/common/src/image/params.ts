import type { Param } from './param.ts'
import { geometryParams } from './params-geometry.ts'
import { lookParams } from './params-look.ts'
import { outputParams } from './params-output.ts'
import { textParams } from './params-text.ts'

/**
 * Every option of a sized request. The types, the query grammar, the variant's fields, the key, the link row and the
 * job schema derive from this table. `relevance.ts` says which options matter beside which others.
 */
export const params = { ...geometryParams, ...lookParams, ...textParams, ...outputParams } as const

type Params = typeof params
export type ParamKey = keyof Params
type ValueOf<P> = P extends Param<infer Value, 'bytes' | 'answer'> ? Value : never

/** Options of a sized request with defaults filled in. */
export type ImageOptions = { readonly [Key in ParamKey]: ValueOf<Params[Key]> }

/** Options that change the bytes. */
export type VariantOptions = Pick<
  ImageOptions,
  { [Key in ParamKey]: Params[Key] extends { affects: 'bytes' } ? Key : never }[ParamKey]
>

/** A row of the table for any value, for code that treats all options alike. */
export type AnyParam = Omit<Param<unknown, 'bytes' | 'answer'>, 'format' | 'scale'> & {
  readonly format: (value: unknown) => string
  readonly scale?: (value: unknown, scale: number) => unknown
}

export const paramKeys = Object.keys(params) as readonly ParamKey[]

export function paramOf(key: ParamKey): AnyParam {
  return params[key] as unknown as AnyParam
}

/** Returns true for an option that changes the bytes. */
export function isVariantOption(key: ParamKey): key is keyof VariantOptions {
  return paramOf(key).affects === 'bytes'
}

/** Keys of the options that change the bytes, in the order of the table. */
export const variantOptionKeys = paramKeys.filter(isVariantOption)

export const defaultOptions = Object.fromEntries(
  paramKeys.map((key) => [key, params[key].default]),
) as ImageOptions

export const defaultVariantOptions = Object.fromEntries(
  variantOptionKeys.map((key) => [key, params[key].default]),
) as VariantOptions
