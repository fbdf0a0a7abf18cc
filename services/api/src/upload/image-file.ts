import { type WriteStream, createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { maxFieldBytes, imageField } from './form-limits.ts'
import {
  type MaybeName,
  checkName,
  imageMissing,
  severalImages,
  tooLarge,
  tooLargeField,
  unstorable,
  wrongField,
} from './form-problems.ts'
import { holdPart } from './hold-part.ts'

export type FormPart = {
  readonly name: MaybeName
  readonly filename: MaybeName
  readonly type: string
  readonly part: Readable
}

type Fail = (error: unknown) => void

/** Finds the image among the parts of a form and writes it to a file. */
export type ImageFile = {
  readonly take: (part: FormPart, fail: Fail) => void
  /** Resolves once the image is written. @throws AppError IMAGE_MISSING, INVALID_UPLOAD, STORE_UNAVAILABLE */
  finish(): Promise<void>
  /** Resolves once all writes have ended. */
  abandon(): Promise<void>
}

/**
 * Writes the image: the part of the field `image` with a filename, an image type or more bytes than a field may have. Libraries
 * send texts under the same name (FilePond sends its metadata as JSON). Without such a part, the only text is the image: a
 * filename is recommended, not required (RFC 7578, 4.2).
 */
export function createImageFile(path: string, maxBytes: number): ImageFile {
  let file: WriteStream | undefined
  let isNamed = false
  let text: Buffer | undefined
  let textCount = 0
  let wrongName: string | undefined

  function write({ part, filename }: FormPart, fail: Fail, head: Buffer = Buffer.alloc(0)): void {
    if (file !== undefined) return fail(severalImages())
    file = createWriteStream(path).on('error', (error) => fail(unstorable(error)))
    isNamed = filename !== undefined && filename !== ''
    if (head.length > 0) file.write(head)
    part.pipe(file)
  }

  function holdText(given: FormPart, fail: Fail): void {
    holdPart(given.part, maxFieldBytes, {
      complete(content) {
        // Browsers send the field even if no file is chosen.
        if (content.length === 0) return
        textCount += 1
        text ??= content
      },
      overflow: (head) => write(given, fail, head),
    })
  }

  function skip({ name = '', filename, part }: FormPart, fail: Fail): void {
    holdPart(part, maxFieldBytes, {
      complete(content) {
        if (filename !== '' && content.length > 0) wrongName ??= name
      },
      overflow: () => fail(filename === '' ? tooLargeField() : wrongField(name)),
    })
  }

  return {
    take(given, fail) {
      given.part.on('error', fail).once('limit', () => fail(tooLarge(maxBytes)))
      const problem = checkName(given.name)
      if (problem !== undefined) fail(problem)
      else if (given.name !== imageField) skip(given, fail)
      else if (isSurelyImage(given)) write(given, fail)
      else holdText(given, fail)
    },
    async finish() {
      if (file !== undefined) {
        await finished(file).catch((error: unknown) => throwUnstorable(error))
        if (!isNamed && file.bytesWritten === 0) throw imageMissing()
      } else if (text === undefined) {
        throw wrongName === undefined ? imageMissing() : wrongField(wrongName)
      } else {
        if (textCount > 1) throw severalImages()
        await writeFile(path, text).catch((error: unknown) => throwUnstorable(error))
      }
    },
    abandon: () => abandon(file),
  }
}

function isSurelyImage({ filename, type }: FormPart): boolean {
  if (type.startsWith('image/')) return true
  return filename === undefined ? type === 'application/octet-stream' : filename !== ''
}

function throwUnstorable(error: unknown): never {
  throw unstorable(error)
}

/** Fails all pending writes. */
function abandon(file: WriteStream | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (file === undefined || file.closed) return resolve()
    file.once('close', resolve)
    file.destroy()
  })
}
