import { request } from 'node:http'
import { serve } from '../_bucket-server.ts'

/** Stands before an S3 server: counts what is asked, damages what is sent, or is away. */
export async function openGate(target: string) {
  const asked: string[] = []
  const gate = { isAway: false, isDamaging: false }
  const server = await serve((req, res) => {
    asked.push(`${req.method} ${req.url?.replace(/\?.*/, '')}`)
    if (gate.isAway) return void res.destroy()
    const { method, headers } = req
    const onward = request(`${target}${req.url ?? ''}`, { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => res.destroy())
    req.on('data', (chunk: Buffer) => {
      const isBytes = headers['content-type'] === 'application/octet-stream'
      onward.write(gate.isDamaging && isBytes ? Buffer.alloc(chunk.length) : chunk)
    })
    req.on('end', () => onward.end())
  })
  return { ...server, asked, gate }
}
