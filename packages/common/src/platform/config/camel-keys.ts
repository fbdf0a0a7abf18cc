type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** Settings under the names of code: `maxBytes` for the key `max_bytes`. */
export type CamelKeys<Settings> = {
  [Key in keyof Settings as Key extends string ? CamelCase<Key> : Key]: Settings[Key]
}

/** Renames the keys of one group of settings. Schemas end with it, so that only they know the keys of the files. */
export function camelKeys<Settings extends object>(settings: Settings): CamelKeys<Settings> {
  const entries = Object.entries(settings).map(([key, value]) => [toCamelCase(key), value])
  return Object.fromEntries(entries) as CamelKeys<Settings>
}

function toCamelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
