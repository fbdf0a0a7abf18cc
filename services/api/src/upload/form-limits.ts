/** The multipart field that holds the picture. */
export const pictureField = 'image'

/** The most bytes of a part beside the picture. */
export const maxFieldBytes = 64 * 1024
const maxFields = 100
export const maxNameLength = 100

/** Parts beside the picture are skipped, as long as they are few and small. */
export const formLimits = {
  fields: maxFields,
  files: maxFields + 1,
  parts: maxFields + 1,
  fieldSize: maxFieldBytes,
  headerPairs: 20,
}

const maxPartHeaderBytes = 1024

/** The most bytes of a form beside its picture. */
export const formOverheadBytes = formLimits.parts * (maxFieldBytes + maxPartHeaderBytes)

/** Tells which parts are read as streams: those that may be the picture, and every file. */
export function isPartAFile(
  name: string | undefined,
  _type: string | undefined,
  filename: string | undefined,
): boolean {
  return name === pictureField || filename !== undefined
}
