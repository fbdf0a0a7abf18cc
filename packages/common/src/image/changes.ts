import {
  type ImageOptions,
  type ParamKey,
  type VariantOptions,
  defaultOptions,
  defaultVariantOptions,
  paramKeys,
} from './params.ts'

/** Variants lack the options that only change the answer. */
type Options = VariantOptions & Partial<ImageOptions>

const none: readonly ParamKey[] = []

/**
 * The last options compared, which are asked for several times in a row while a request is answered. One entry costs
 * nothing to keep; a WeakMap costs the garbage collector more than it saves.
 */
let last: { readonly options: Options; readonly changed: readonly ParamKey[] } = {
  options: defaultVariantOptions,
  changed: none,
}

const positions = new Map(paramKeys.map((key, position) => [key, position]))

/**
 * Returns the keys of the options that differ from their defaults, in the order of the table. Walks the table only for
 * options without a note, so that the cost of a request grows with the options it names, not with the table. Options are
 * never mutated once they are complete.
 */
export function changedKeys(options: Options): readonly ParamKey[] {
  if (options === defaultOptions || options === defaultVariantOptions) return none
  return options === last.options ? last.changed : compare(options, paramKeys)
}

/**
 * Notes the changes of options that are complete.
 *
 * @param candidates all keys whose options may differ from their defaults
 */
export function noteChanges<Given extends Options>(
  options: Given,
  candidates: readonly ParamKey[],
): Given {
  compare(options, candidates)
  return options
}

function compare(options: Options, candidates: readonly ParamKey[]): readonly ParamKey[] {
  const changed = candidates.filter((key) => isChanged(key, options))
  last = { options, changed: changed.length < 2 ? changed : toTableOrder(changed) }
  return last.changed
}

function isChanged(key: ParamKey, options: Options): boolean {
  return options[key] !== undefined && options[key] !== defaultOptions[key]
}

function toTableOrder(keys: readonly ParamKey[]): readonly ParamKey[] {
  return [...new Set(keys)].toSorted((one, other) => positionOf(one) - positionOf(other))
}

function positionOf(key: ParamKey): number {
  return positions.get(key) ?? paramKeys.length
}
