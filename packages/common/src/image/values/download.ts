/** False: shown in the browser. True: saved under the id. A text: saved under this name. */
export type Download = boolean | string

const longestName = 100

/** Control characters, separators of folders, and what is left of ill-formed UTF-8. */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}/\\\ufffd]/u

/** Parses `true`, `false` or the name of a file without a folder. */
export function parseDownload(text: string): Download | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  const isName = text.length <= longestName && /[^.\s]/u.test(text) && !forbidden.test(text)
  return isName && !text.startsWith('.') ? text : undefined
}
