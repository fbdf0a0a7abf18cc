import type { Query } from '@iaas/common/image'

/** Returns the raw path of the request line, and the decoded query. */
export type RequestTarget = { readonly path: string; readonly query: Query }

export function readTarget(url: string): RequestTarget {
  const mark = url.indexOf('?')
  if (mark === -1) return { path: url, query: [] }
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}
