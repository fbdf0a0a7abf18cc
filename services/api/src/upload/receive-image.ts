import { type WriteStream, createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { AppError, isAppError } from '@iaas/common/errors'
import { type Pace, watchPace } from './watch-pace.ts'

/** The multipart field that holds the picture. */
const fieldName = 'image'

/** Other fields are read past, as long as they are few and small; what is more is refused. */
const otherFieldLimits = {
  fields: 10,
  parts: 12,
  fieldNameSize: 100,
  fieldSize: 1024,
  headerPairs: 20,
}

export type ReceiveLimits = {
  /** The largest picture, bytes. */
  readonly maxBytes: number
  /** The longest that the whole body may take, ms. */
  readonly timeoutMs: number
  readonly pace: Pace
}

/** What a form adds to its picture at the most: the other fields, and the parts' headers. */
const formOverheadBytes = 64 * 1024

/**
 * Writes the picture of a multipart form to a file.
 *
 * @throws AppError INVALID_UPLOAD, IMAGE_MISSING, UPLOAD_TOO_LARGE (as soon as it is), UPLOAD_TOO_SLOW; the reason of
 * `signal` where that aborts
 */
export async function receiveImage(
  req: IncomingMessage,
  path: string,
  limits: ReceiveLimits,
  signal: AbortSignal,
): Promise<void> {
  const announced = Number(req.headers['content-length'] ?? 0)
  if (announced > limits.maxBytes + formOverheadBytes) throw tooLarge(limits)
  const form = createForm(req, limits)
  const deadline = AbortSignal.timeout(limits.timeoutMs)
  using pace = watchPace(req, limits.pace)
  const stop = AbortSignal.any([signal, deadline, pace.signal])
  const files: WriteStream[] = []
  let isNamed = false
  try {
    await readForm(req, form, stop, ({ name, filename, part }, fail) => {
      part.on('error', fail).once('limit', () => fail(tooLarge(limits)))
      const problem = checkPart(name, files.length)
      if (problem !== undefined) return fail(problem)
      const file = createWriteStream(path).on('error', (error) => fail(unstorable(error)))
      files.push(part.pipe(file))
      isNamed = filename !== undefined && filename !== ''
    })
    await Promise.all(files.map(finish))
  } catch (error) {
    // The request itself is left as it is: its answer is still to be sent on the same connection.
    req.unpipe(form)
    await Promise.all(files.map(abandon))
    throw toAppError(error, { signal, deadline, limits })
  }
  const [file] = files
  // A browser whose user has chosen no file sends the field all the same, with neither a filename nor bytes.
  if (file === undefined || (!isNamed && file.bytesWritten === 0)) throw imageMissing()
}

/** The parser says that there always is a name, of the field and of the file; there is none where the part has none. */
type Name = string | undefined

type FilePart = { readonly name: Name; readonly filename: Name; readonly part: Readable }

type TakeFile = (file: FilePart, fail: (error: unknown) => void) => void

/** Resolves at the end of the form, rejects with the first thing that is wrong with it, or the reason of `stop`. */
function readForm(
  req: IncomingMessage,
  form: BusboyInstance,
  stop: AbortSignal,
  takeFile: TakeFile,
): Promise<void> {
  return new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true })
    if (stop.aborted) reject(stop.reason as Error)
    // Listeners for errors stay to the end: an error that nobody hears would end the process.
    form.on('file', (name: Name, part, filename: Name) =>
      takeFile({ name, filename, part }, reject),
    )
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      form.once(limit, () => reject(tooManyParts()))
    }
    form.on('field', (name: Name, _value, _isNameCut, isValueCut) => {
      if (name === undefined) return reject(namelessField())
      // The parser itself leaves the names in a multipart form as long as they are.
      if (isValueCut || name.length > otherFieldLimits.fieldNameSize) reject(tooLargeField())
    })
    form.once('finish', resolve).on('error', reject)
    req.pipe(form)
  })
}

async function finish(file: WriteStream): Promise<void> {
  try {
    await finished(file)
  } catch (error) {
    throw unstorable(error)
  }
}

/** Resolves once nothing is written any more; what was on its way to the disk fails, and that is all right. */
function abandon(file: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (file.closed) return resolve()
    file.once('close', resolve)
    file.destroy()
  })
}

/** What is wrong with a file part, by its field and how many came before it. */
function checkPart(name: Name, earlier: number): AppError | undefined {
  if (name === undefined) return namelessField()
  if (name !== fieldName) return wrongField(name)
  return earlier > 0 ? severalImages() : undefined
}

function createForm(req: IncomingMessage, { maxBytes }: ReceiveLimits): BusboyInstance {
  const headers = req.headers
  if (!/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) {
    throw invalidUpload(
      'The body must be multipart/form-data with the picture in its field "image".',
    )
  }
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { ...otherFieldLimits, files: 2, fileSize: maxBytes },
      isPartAFile,
    })
  } catch (cause) {
    throw invalidUpload('The Content-Type of the form is not correct.', cause)
  }
}

/** The picture is known by its field: a filename should come with it, and need not (RFC 7578, 4.2). */
function isPartAFile(name: Name, type: string | undefined, filename: Name): boolean {
  return name === fieldName || filename !== undefined || type === 'application/octet-stream'
}

type FailureContext = {
  readonly signal: AbortSignal
  readonly deadline: AbortSignal
  readonly limits: ReceiveLimits
}

function toAppError(error: unknown, context: FailureContext): unknown {
  const { signal, deadline, limits } = context
  if (isAppError(error)) return error
  if (signal.aborted) return signal.reason
  if (deadline.aborted) {
    const seconds = Math.round(limits.timeoutMs / 1000)
    return new AppError('UPLOAD_TOO_SLOW', `The upload took longer than ${seconds} seconds.`)
  }
  return invalidUpload('The form is not correct, or ends too early.', error)
}

/** The disk is full, read-only or broken. */
function unstorable(cause: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', 'Uploads cannot be stored now.', { cause })
}

function tooLarge({ maxBytes }: ReceiveLimits): AppError {
  return new AppError('UPLOAD_TOO_LARGE', `An upload may have at most ${maxBytes} bytes.`)
}

function imageMissing(): AppError {
  return new AppError('IMAGE_MISSING', 'The form has no picture in its field "image".')
}

function severalImages(): AppError {
  return invalidUpload('The form has more than one picture.')
}

function namelessField(): AppError {
  return invalidUpload('The form has a part without a name.')
}

function wrongField(name: string): AppError {
  return new AppError(
    'IMAGE_MISSING',
    `The picture must be in the field "image"; received "${name.slice(0, 40)}".`,
  )
}

function tooManyParts(): AppError {
  return invalidUpload('The form has too many parts.')
}

function tooLargeField(): AppError {
  return invalidUpload('A field of the form beside the picture is too large.')
}

function invalidUpload(message: string, cause?: unknown): AppError {
  return new AppError('INVALID_UPLOAD', message, { cause })
}
