import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { SaxesParser, SaxesTagPlain } from 'saxes'
import { AppError } from '@iaas/common/errors'
import { createChunkBound } from '../bound-chunks.ts'
import { damaged } from '../damaged.ts'

/** Maximum size of a drawing, bytes: its text is parsed here and in the decoder. */
const mostBytes = 10 * 1024 * 1024

/** Elements that run code, or that show something else than the drawing. */
const activeElements: ReadonlySet<string> = new Set([
  'script',
  'handler',
  'listener',
  'foreignobject',
  'iframe',
  'embed',
  'object',
  'audio',
  'video',
])

/**
 * Rejects an SVG that is more than a drawing: scripts, event handlers, entities, style sheets and references outside
 * the file. The decoder opens none of them; browsers and other programs that get the original may.
 *
 * @throws AppError IMAGE_UNSUPPORTED, IMAGE_DAMAGED, IMAGE_TOO_COSTLY
 */
export function checkDrawing(path: string): void {
  const file = readFileSync(path)
  if (file.length > mostBytes) {
    throw new AppError('IMAGE_TOO_COSTLY', `An SVG may have at most ${mostBytes} bytes.`)
  }
  const text = decodeText(file)
  const parser = createParser()
  const count = createChunkBound()
  let depth = 0
  let styles = ''
  parser.on('error', (error) => {
    throw damaged(error)
  })
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (encoding.toLowerCase() !== 'utf-8') throw refused('an encoding other than UTF-8')
  })
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) throw refused('entities')
  })
  parser.on('processinginstruction', () => {
    throw refused('a style sheet outside the file')
  })
  parser.on('opentag', (tag) => {
    count()
    depth += 1
    styles = ''
    if (depth === 1 && localName(tag.name) !== 'svg') throw refused('another root than svg')
    if (depth > mostDepth) throw refused(`more than ${mostDepth} nested elements`)
    checkElement(tag)
  })
  parser.on('closetag', ({ name }) => {
    depth -= 1
    if (localName(name) === 'style') checkStyle(styles)
  })
  for (const kind of ['text', 'cdata'] as const) {
    parser.on(kind, (content) => {
      styles += content
    })
  }
  parser.write(text).close()
}

/** Maximum depth of elements, which decoders process recursively. */
const mostDepth = 200

function createParser(): SaxesParser {
  const { SaxesParser: Parser } = createRequire(import.meta.url)('saxes') as {
    SaxesParser: new (options: { position: boolean }) => SaxesParser
  }
  return new Parser({ position: false })
}

function decodeText(file: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file)
  } catch {
    throw refused('an encoding other than UTF-8')
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

function checkElement({ name, attributes }: SaxesTagPlain): void {
  if (activeElements.has(localName(name))) throw refused(`the element ${localName(name)}`)
  for (const [attribute, value] of Object.entries(attributes)) {
    const local = localName(attribute)
    if (local.startsWith('on')) throw refused('event handlers')
    if (attribute.toLowerCase() === 'xml:base') throw refused('references outside the file')
    if (local === 'href' || local === 'src') checkReference(value)
    if (local === 'attributename' && localName(value) === 'href') throw refused('moving references')
    if (!attribute.includes(':')) checkStyle(value)
  }
}

const raster = /^data:image\/(?:png|jpeg|jpg|gif|webp);base64,/i

function checkReference(value: string): void {
  const target = value.trim()
  if (target === '' || target.startsWith('#') || raster.test(target)) return
  throw refused('references outside the file')
}

/** Checks CSS: it may name parts of the drawing, and has no escapes that could hide something else. */
function checkStyle(css: string): void {
  if (/@import|javascript:|\\/i.test(css)) throw refused('imports or escapes in its styles')
  for (const [, target = ''] of css.matchAll(/url\(\s*["']?([^)]*)/gi)) checkReference(target)
}

function refused(what: string): AppError {
  return new AppError('IMAGE_UNSUPPORTED', `An SVG with ${what} is not supported.`)
}
