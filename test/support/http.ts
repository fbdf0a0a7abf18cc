import { once } from 'node:events'
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type Ask = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Uint8Array | string
  /** The client goes away when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/** Headers with the credentials of HTTP Basic authentication. */
export function basic(user: string, password: string) {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** Sends a path as it is: unlike fetch, nothing is normalised and no redirect is followed. */
export async function ask(base: string, path: string, options: Ask = {}): Promise<Answer> {
  const { hostname, port } = new URL(base)
  const { method = 'GET', headers = {}, body, signal } = options
  const init = { hostname, port, path, method, headers, agent: false, signal } as RequestOptions
  const req = request(init)
  req.end(body)
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk as Buffer)
  return { status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }
}

/** Follows a redirect to where it leads on this server. */
export function askLocation(base: string, redirect: Answer): Promise<Answer> {
  const { pathname, search } = new URL(redirect.headers.location ?? '', base)
  return ask(base, `${pathname}${search}`)
}

export function json(answer: Answer): Record<string, unknown> {
  return JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>
}

/** Asks again until the answer is as wished; fails with the last one. */
export async function askUntil(
  wished: (answer: Answer) => boolean,
  base: string,
  path: string,
  options?: Ask,
): Promise<Answer> {
  const giveUpAt = Date.now() + 45_000
  for (;;) {
    const answer = await ask(base, path, options)
    if (wished(answer)) return answer
    if (Date.now() > giveUpAt) throw new Error(`still ${answer.status} for ${path}`)
    await delay(50)
  }
}

export function multipart(
  parts: readonly {
    readonly name: string
    readonly content: Uint8Array | string
    readonly filename?: string
    readonly type?: string
  }[],
): { readonly body: Buffer; readonly headers: Record<string, string> } {
  const boundary = 'a-boundary-of-the-tests'
  const chunks = parts.flatMap(({ name, content, filename, type }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    type === undefined ? '\r\n\r\n' : `\r\nContent-Type: ${type}\r\n\r\n`,
    content,
    '\r\n',
  ])
  const body = Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk)))
  return { body, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } }
}

/** A token for a new id. A service that has too much to do just now is asked again, as it says. */
export async function getToken(base: string, id: string): Promise<string> {
  const giveUpAt = Date.now() + 45_000
  let answer = await postToken(base, { id })
  while (answer.status === 503 && Date.now() < giveUpAt) {
    await delay(Number(answer.headers['retry-after'] ?? 1) * 1000)
    answer = await postToken(base, { id })
  }
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.body.toString()}`)
  return json(answer)['token'] as string
}

export function postToken(base: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  return ask(base, '/token', { method: 'POST', headers, body: JSON.stringify(body), signal })
}

/** Uploads with a given token. `query` begins with "?". */
export function upload(
  base: string,
  id: string,
  token: string,
  image: Uint8Array,
  query = '',
  signal?: AbortSignal,
): Promise<Answer> {
  const { body, headers } = multipart([{ name: 'image', content: image, filename: 'image' }])
  return ask(base, `/${encodeURIComponent(id)}${query}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': `${body.length}`, 'X-Token': token },
    body,
    signal,
  })
}

/** Uploads under a new id, whatever it takes. @returns the id */
export async function store(base: string, id: string, image: Uint8Array): Promise<string> {
  const answer = await upload(base, id, await getToken(base, id), image)
  if (answer.status !== 200) throw new Error(`upload: ${answer.status} ${answer.body.toString()}`)
  return id
}
