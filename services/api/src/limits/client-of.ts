import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import proxyAddress from 'proxy-addr'

/** Returns the client of a request. */
export type ClientOf = (req: IncomingMessage) => string

/** @param trustedProxies number of proxies in front whose `X-Forwarded-For` is trusted */
export function createClientOf(trustedProxies: number): ClientOf {
  const isTrusted = (_address: string, hops: number) => hops < trustedProxies
  return (req) => nameClient(proxyAddress(req, isTrusted))
}

/** Returns the client of an address. A household or machine has a /64 of IPv6 and can choose any address in it. */
export function nameClient(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return nameAddress(withoutPort(address))
}

/** Removes the port, which some proxies add and which differs with each connection. */
function withoutPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1')
}

function nameAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  return isIPv6(address) ? `${prefixOf(address)}::/64` : address
}

/** Returns the first four groups, expanding "::". */
function prefixOf(address: string): string {
  const [head = '', tail] = address.split('%', 1).join('').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : 8 - first.length - last.length
  const groups = [...first, ...Array<string>(Math.max(0, gap)).fill('0'), ...last]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
