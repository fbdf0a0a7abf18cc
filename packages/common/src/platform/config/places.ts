import { type SettingFacts, list } from './setting.ts'

/** A server: its host name or address (IPv6 without brackets), and its port. */
export type Place = { readonly host: string; readonly port: number }

/** A list of servers, `host` or `host:port`, separated by commas in the environment. */
export function places(port: number, facts: SettingFacts) {
  const isPlace = (texts: readonly string[]) =>
    texts.every((text) => parsePlace(text, port) !== undefined)
  return list([], facts)
    .refine(isPlace, 'must be a list of host or host:port; IPv6 addresses in brackets')
    .transform((texts) => texts.flatMap((text) => parsePlace(text, port) ?? []))
    .meta({ ...facts, default: [] })
}

/** Parses `host` or `host:port`. Returns undefined if the text is something else. */
export function parsePlace(text: string, port: number): Place | undefined {
  if (!URL.canParse(`place://${text}`)) return undefined
  const place = new URL(`place://${text}`)
  if (place.hostname === '' || place.host !== text) return undefined
  return {
    host: place.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: place.port === '' ? port : Number(place.port),
  }
}

/** Writes a server as a URL does. The inverse of `parsePlace`. */
export function formatPlace({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
