import { createReadStream } from 'node:fs'
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Place } from './bucket-calls.ts'
import type { FileDigests } from './file-digests.ts'
import { signPayload } from './sign-payload.ts'

/** Clients of one server. The timeout of `sender` covers the sending of a file. */
export type Senders = { readonly client: S3Client; readonly sender: S3Client }

/** Sends a local file as an object. Resolves once the store has the bytes of these digests. */
export async function sendFile(
  { client, sender }: Senders,
  place: Place,
  path: string,
  digests: FileDigests,
): Promise<void> {
  const { size, md5, sha256 } = digests
  const command = new PutObjectCommand({
    ...place,
    Body: createReadStream(path),
    ContentLength: size,
    ContentMD5: Buffer.from(md5, 'hex').toString('base64'),
    ContentType: 'application/octet-stream',
    Metadata: { sha256 },
  })
  // The bytes are part of the signature, so that the store checks them, also over HTTP.
  signPayload(command, sha256)
  await sender.send(command)
  await verify(client, place, digests)
}

/** Compares the stored object, because not every store checks what it receives. */
async function verify(client: S3Client, place: Place, digests: FileDigests): Promise<void> {
  const head = await client.send(new HeadObjectCommand(place))
  const tag = head.ETag?.replaceAll('"', '') ?? ''
  // The tag of an object that is encrypted with a key of its own is no MD5.
  const isDigest = /^[\da-f]{32}$/.test(tag) && head.ServerSideEncryption?.includes('kms') !== true
  const isWhole =
    head.ContentLength === digests.size && head.Metadata?.['sha256'] === digests.sha256
  if (!isWhole || (isDigest && tag !== digests.md5)) {
    throw new Error('An object differs from its file.')
  }
}
