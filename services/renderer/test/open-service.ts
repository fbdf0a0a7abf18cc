import { readdir } from 'node:fs/promises'
import { type HttpServer, listen } from '@iaas/common/http/server'
import { createSilentLogger } from '@iaas/common/log'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import { createRendererClient } from '@iaas/rendering/http/renderer-client'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { createRendererApp } from '../src/app.ts'

export type OpenService = AsyncDisposable & {
  readonly url: string
  readonly server: HttpServer
  /** The client of it. */
  readonly renderer: Renderer & Copier
  /** A folder for the files of a test. */
  readonly folder: string
  /** The files that lie where pictures do while they are worked on. */
  listTemporary(): Promise<readonly string[]>
}

export type ServiceOptions = {
  readonly maxBodyBytes?: number
  readonly timeoutMs?: number
  readonly isReady?: () => boolean
}

/** A renderer service around `renderer`, which stays the caller's, and a client of it. */
export async function openService(
  renderer: Renderer & Copier,
  { maxBodyBytes = 2 ** 24, timeoutMs = 60_000, isReady = () => true }: ServiceOptions = {},
): Promise<OpenService> {
  const [folder, temporary] = await Promise.all([createTemporaryFolder(), createTemporaryFolder()])
  const log = createSilentLogger()
  const options = { renderer, temporaryDir: temporary.path, maxBodyBytes, isReady, log }
  const server = await listen(createRendererApp(options), { port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${server.port}`
  return {
    url,
    server,
    renderer: createRendererClient({ url, timeoutMs }),
    folder: folder.path,
    listTemporary: () => readdir(temporary.path),
    async [Symbol.asyncDispose]() {
      await server.close(0)
      await Promise.all([folder[Symbol.asyncDispose](), temporary[Symbol.asyncDispose]()])
    },
  }
}
