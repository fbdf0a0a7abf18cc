/** The multipart field of the image. */
export const imageField = 'image'

/** Most bytes of any other part. */
export const maxFieldBytes = 64 * 1024
const maxFields = 100
export const maxNameLength = 100

/** Limits of the parser: other parts are skipped if they are few and small. */
export const formLimits = {
  fields: maxFields,
  files: maxFields + 1,
  parts: maxFields + 1,
  fieldSize: maxFieldBytes,
  headerPairs: 20,
}

const maxPartHeaderBytes = 1024

/** Most bytes of a form in addition to its image. */
export const formOverheadBytes = formLimits.parts * (maxFieldBytes + maxPartHeaderBytes)

/** Tells which parts are read as streams: those that may be the image, and every file. */
export function isPartAFile(
  name: string | undefined,
  _type: string | undefined,
  filename: string | undefined,
): boolean {
  return name === imageField || filename !== undefined
}
