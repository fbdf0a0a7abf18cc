import { readdir } from 'node:fs/promises'
import { type HttpServer, listen } from '@iaas/common/http/server'
import { createUnsentAnswers } from '@iaas/common/http/unsent-answers'
import { type Logger, createSilentLogger } from '@iaas/common/log'
import type { Decoder } from '@iaas/common/ports/decoder'
import { createRendererClient } from '@iaas/rendering/http/renderer-client'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { createRendererApp } from '../src/app.ts'
import { createInbox } from '../src/inbox.ts'

export type OpenService = AsyncDisposable & {
  readonly url: string
  readonly server: HttpServer
  /** The client of it. */
  readonly renderer: Decoder
  /** A folder for the files of a test. */
  readonly folder: string
  /** The files that lie where images do while they are worked on. */
  listTemporary(): Promise<readonly string[]>
}

export type ServiceOptions = {
  readonly maxBodyBytes?: number
  readonly roomBytes?: number
  /** Renditions that callers have not taken yet, bytes. */
  readonly maxUnsentBytes?: number
  /** Folder of the images in work; a new one unless given. */
  readonly temporaryDir?: string
  /** Number of images that may wait for room. */
  readonly queueLimit?: number
  readonly timeoutMs?: number
  readonly isReady?: () => boolean
  readonly log?: Logger
}

/** A renderer service around `decoder`, which stays the caller's, and a client of it. */
export async function openService(
  decoder: Decoder,
  options: ServiceOptions = {},
): Promise<OpenService> {
  const { maxBodyBytes = 2 ** 24, roomBytes = 2 ** 29, queueLimit = 100 } = options
  const { timeoutMs = 60_000, isReady = () => true } = options
  const [folder, temporary] = await Promise.all([createTemporaryFolder(), createTemporaryFolder()])
  const { log = createSilentLogger() } = options
  const dir = options.temporaryDir ?? temporary.path
  const inbox = createInbox({
    dir,
    maxBytes: maxBodyBytes,
    roomBytes,
    queueLimit,
    queueTimeoutMs: 60_000,
  })
  const unsent = createUnsentAnswers(options.maxUnsentBytes ?? 2 ** 26)
  const app = createRendererApp({ decoder, inbox, unsent, isReady, log })
  const server = await listen(app, { port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${server.port}`
  return {
    url,
    server,
    renderer: createRendererClient({ url, timeoutMs }),
    folder: folder.path,
    listTemporary: () => readdir(dir),
    async [Symbol.asyncDispose]() {
      await server.close(0)
      await Promise.all([folder[Symbol.asyncDispose](), temporary[Symbol.asyncDispose]()])
    },
  }
}
