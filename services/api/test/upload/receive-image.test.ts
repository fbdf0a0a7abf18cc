import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describeUnless } from '@iaas/testing/describe-unless'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { uploadSettings } from '../../src/upload/config.ts'
import { longestBodyMs } from '../../src/upload/time-limit.ts'
import { type ReceiveLimits, receiveImage } from '../../src/upload/receive-image.ts'

const limits: ReceiveLimits = {
  maxBytes: 1_000_000,
  time: { timeoutMs: 30_000, minBytesPerSecond: 1000 },
  pace: { bytesPerSecond: 1000, overMs: 500 },
}

const head = '--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
const tail = '\r\n--b--\r\n'

type Send = (write: (text: string) => Promise<void>) => Promise<void>

/** What comes of a form that `send` sends at its own pace. */
async function receive(
  send: Send,
  given: Partial<ReceiveLimits> = {},
  file?: string,
  more: Record<string, string> = {},
): Promise<string> {
  await using folder = await createTemporaryFolder()
  const path = file ?? join(folder.path, 'received')
  let settle = (_outcome: Promise<string>) => {}
  const outcome = new Promise<string>((resolve) => (settle = resolve))
  const take = async (req: IncomingMessage) => {
    const { signal } = new AbortController()
    await receiveImage(req, path, { ...limits, ...given }, signal)
    return readFile(path, 'utf8')
  }
  const server = createServer((req, res) => {
    const taken = take(req)
    settle(taken)
    void taken.then(
      () => res.end(),
      () => res.end(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b', ...more }
  const req = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false })
  req.on('error', () => {})
  try {
    const write = promisify(req.write.bind(req) as (text: string, done: () => void) => void)
    const sent = send(write).then(
      () => req.end(),
      () => {},
    )
    await Promise.race([outcome, sent])
    return await outcome
  } finally {
    req.destroy()
    server.closeAllConnections()
    server.close()
  }
}

/** Sends a text piece by piece, for this long. */
function trickle(piece: string, everyMs: number, count: number): Send {
  return async (write) => {
    await write(head)
    for (let sent = 0; sent < count; sent += 1) {
      await write(piece)
      await delay(everyMs)
    }
    await write(tail)
  }
}

describe('a form with a part that has no name', () => {
  it.each([
    ['field', 'Content-Disposition: form-data\r\n\r\nx'],
    ['file', 'Content-Disposition: form-data; filename="x"\r\n\r\nx'],
  ])('T9 is refused, and ends nothing else: a %s', async (_name, part) => {
    const image = `${head}x\r\n--b\r\n`
    const nameless: Send = (write) => write(`${image}${part}${tail}`)
    const code = expect.stringMatching(/^INVALID_UPLOAD$|^IMAGE_MISSING$/)
    await expect(receive(nameless)).rejects.toMatchObject({ code })
  })
})

const deviceMissing = existsSync('/dev/full') ? undefined : 'there is no /dev/full'

describeUnless(deviceMissing, 'the file of an upload', () => {
  it.each([
    ['small', 10],
    ['large', 900_000],
  ])('T18 tells of a full disk, where the image is %s', async (_name, bytes) => {
    const whole: Send = (write) => write(head + 'x'.repeat(bytes) + tail)
    const received = receive(whole, {}, '/dev/full')
    await expect(received).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('the pace of an upload', () => {
  it('T8b refuses a form that comes in byte by byte, long before its time is over', async () => {
    const startedAt = performance.now()
    await expect(receive(trickle('x', 20, 500))).rejects.toMatchObject({ code: 'UPLOAD_TOO_SLOW' })
    expect(performance.now() - startedAt).toBeLessThan(8000)
  })

  it('T8b refuses a form that stalls before its end, however fast it was', async () => {
    const stalled: Send = async (write) => {
      await write(head + 'x'.repeat(100_000))
      await delay(2000)
    }
    await expect(receive(stalled)).rejects.toMatchObject({ code: 'UPLOAD_TOO_SLOW' })
  })

  it('T8b takes a form that is slow, and fast enough', async () => {
    expect(await receive(trickle('x'.repeat(100), 20, 60))).toBe('x'.repeat(6000))
  })

  /** Differs from the error of an upload that stalls, which a busy machine may cause. */
  const tooLate = {
    code: 'UPLOAD_TOO_SLOW',
    message: expect.stringContaining('took longer than'),
  }
  const steady = (pieces: number) => trickle('x'.repeat(1000), 20, pieces)

  it('T35 refuses a form that takes longer than its time and is slower than it may be', async () => {
    const time = { timeoutMs: 400, minBytesPerSecond: 10_000_000 }
    await expect(receive(steady(500), { time })).rejects.toMatchObject(tooLate)
  })

  it('T35 takes a form that takes longer than its time as long as it keeps up its pace', async () => {
    const time = { timeoutMs: 300, minBytesPerSecond: 100 }
    expect(await receive(steady(100), { time })).toHaveLength(100_000)
  })

  it('T35 gives no time for a length that is announced and does not come', async () => {
    const time = { timeoutMs: 300, minBytesPerSecond: 10_000 }
    const pace = { bytesPerSecond: 1, overMs: 500 }
    const stalled = trickle('x', 20, 500)
    const headers = { 'Content-Length': '1000000' }
    await expect(receive(stalled, { time, pace }, undefined, headers)).rejects.toMatchObject(
      tooLate,
    )
  })

  it('T35 leaves 50 MB at 1 Mbit/s the time that they take', () => {
    const { time } = uploadSettings.parse(undefined)
    const goodputBytesPerSecond = 110_000
    for (const bytes of [6_400_000, 50 * 1024 * 1024]) {
      expect(longestBodyMs(bytes, time)).toBeGreaterThan((bytes / goodputBytesPerSecond) * 1000)
    }
  })
})
