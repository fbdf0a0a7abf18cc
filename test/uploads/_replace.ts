import sharp from 'sharp'
import { type Answer, json, postToken, upload } from '../support/http.ts'

/** A JPEG of one colour, which tells the version of an image also in its variants. */
export function makeColour(background: string, size = 64): Promise<Buffer> {
  return sharp({ create: { width: size, height: size, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

/** Returns the strongest channel of an image of one colour. */
export async function colourOf({ status, body }: Answer): Promise<string> {
  if (status !== 200) return `status ${status}`
  const { channels } = await sharp(body).stats()
  const means = channels.slice(0, 3).map(({ mean }) => mean)
  return ['red', 'green', 'blue'][means.indexOf(Math.max(...means))] ?? ''
}

export async function getReplacementToken(base: string, id: string): Promise<string> {
  const answer = await postToken(base, { id, replace: true })
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.body.toString()}`)
  return json(answer)['token'] as string
}

/** Replaces an image by a token. */
export async function replace(
  base: string,
  id: string,
  image: Uint8Array,
  query = '',
): Promise<Answer> {
  return upload(base, id, await getReplacementToken(base, id), image, query)
}
