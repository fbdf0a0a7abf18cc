import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import type { RequestRecord } from '../src/http/request-record.ts'
import { createServeOriginal } from '../src/serve-original.ts'

const id = parseImageId('photo')

/** An original in a folder, served by a server of its own. */
async function setUp() {
  const folder = await createTemporaryFolder()
  const originals = createDiskOriginalStore({ dir: folder.path })
  const put = async (content: string, replace = true) => {
    await using file = await originals.createTemporary()
    await writeFile(file.path, content)
    return await originals.put(id, file, { replace })
  }
  const changes: Pick<OriginalStore, 'find' | 'open'> = {
    find: (each) => originals.find(each),
    open: (each) => originals.open(each),
  }
  const serve = createServeOriginal({
    find: (each) => changes.find(each),
    open: (each) => changes.open(each),
  })
  const server = createServer((req, res) => {
    const record = { requestId: 'x', startedAt: 0 } as RequestRecord
    const request = { kind: 'original', id, download: undefined } as never
    serve(request, { req, res, record, lifetime: 9 }).catch((error: unknown) => {
      if (!res.headersSent) res.writeHead(500).end(String((error as { code?: unknown }).code))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    originals,
    put,
    changes,
    async get(headers: Record<string, string> = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers })
      const etag = answer.headers.get('etag')
      return { status: answer.status, etag, body: await answer.text() }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('an original that is replaced while it is asked for', () => {
  it('R82 is answered in the new version if it is replaced between lookup and reading', async () => {
    await using rig = await setUp()
    await rig.put('the old one', false)
    const old = await rig.get()
    expect(old).toMatchObject({ status: 200, body: 'the old one' })
    let finds = 0
    rig.changes.find = async (each) => {
      finds += 1
      const found = await rig.originals.find(each)
      if (finds === 1) await rig.put('another one, longer')
      return found
    }
    const answer = await rig.get()
    expect(answer).toMatchObject({ status: 200, body: 'another one, longer' })
    expect(answer.etag).not.toBe(old.etag)
    expect([finds, (await rig.get()).etag]).toEqual([2, answer.etag])
  })

  it('R82 is answered whole in the old version if it is replaced once its file is open', async () => {
    await using rig = await setUp()
    await rig.put('the old one', false)
    const old = await rig.get()
    rig.changes.open = async (each) => {
      const leased = await rig.originals.open(each)
      return {
        ...leased,
        async verify() {
          await leased.verify?.()
          await rig.put('another one, longer')
        },
      }
    }
    expect(await rig.get()).toEqual(old)
    rig.changes.open = (each) => rig.originals.open(each)
    const range = { Range: 'bytes=4-6', 'If-Range': old.etag ?? '' }
    expect(await rig.get(range)).toMatchObject({ status: 200, body: 'another one, longer' })
  })

  it('R82 is refused for a moment if it is replaced all the time', async () => {
    await using rig = await setUp()
    await rig.put('version 0', false)
    let count = 0
    rig.changes.find = async (each) => {
      const found = await rig.originals.find(each)
      await rig.put(`version ${(count += 1)}`)
      return found
    }
    expect(await rig.get()).toMatchObject({ status: 500, body: 'STORE_BUSY' })
    expect(count).toBe(4)
  })
})
