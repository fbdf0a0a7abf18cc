import { type Place, formatPlace, parsePlace } from '@iaas/common/config/places'

/** Port of PostgreSQL. */
export const defaultPort = 5432

/** Parameter of a URL that lists the hosts of the database. */
const parameter = 'hosts'

/** Adds the hosts of a database to its URL, whose own host becomes the first of them. */
export function addHosts(url: string, hosts: readonly Place[]): string {
  const [first] = hosts
  if (first === undefined) return url
  const address = new URL(url)
  address.host = formatPlace(first)
  if (hosts.length > 1) address.searchParams.set(parameter, hosts.map(formatPlace).join(','))
  return address.href
}

/** Removes the hosts from the parameters of a URL. Returns none if it names only one. */
export function takeHosts(parameters: URLSearchParams): readonly Place[] {
  const text = parameters.get(parameter) ?? ''
  parameters.delete(parameter)
  return text.split(',').flatMap((host) => parsePlace(host, defaultPort) ?? [])
}

/** Returns the URL with another host. */
export function withHost(url: string, host: Place): string {
  const address = new URL(url)
  address.host = formatPlace(host)
  return address.href
}
