import { createRequire } from 'node:module'
import type { SaxesParser, SaxesTagNS } from 'saxes'
import type { Copyright } from './copyright.ts'

/** Longest packet that is read, bytes. Editors keep their history in it. */
const mostBytes = 1024 * 1024
/** Maximum depth of elements. */
const mostDepth = 100
/** Most texts of one property. */
const mostItems = 100

const dublinCore = 'http://purl.org/dc/elements/1.1/'
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

type Property = 'creator' | 'rights'
type Item = { text: string; readonly isDefault: boolean }

/**
 * Reads `dc:creator` and `dc:rights` of an XMP packet: ISO 16684-1, 8.3. Nothing is expanded: a packet that declares a
 * document type, and one that is not well-formed, has no fields.
 */
export function readXmpCopyright(packet: Buffer): Copyright | undefined {
  if (packet.length > mostBytes) return undefined
  try {
    return parse(packet.toString('utf8').replace(/\0+$/, ''))
  } catch {
    return undefined
  }
}

function parse(text: string): Copyright {
  const found: Readonly<Record<Property, Item[]>> = { creator: [], rights: [] }
  let property: Property | undefined
  let item: Item | undefined
  let depth = 0
  const parser = createParser()
  parser.on('error', refuse)
  parser.on('doctype', refuse)
  parser.on('opentag', (tag) => {
    depth += 1
    if (depth > mostDepth) refuse()
    property ??= propertyOf(tag)
    const isItem = tag.uri === rdf && tag.local === 'li'
    if (property !== undefined && isItem && found[property].length < mostItems) {
      item = { text: '', isDefault: tag.attributes['xml:lang']?.value === 'x-default' }
      found[property].push(item)
    }
  })
  parser.on('text', (part) => {
    if (item !== undefined) item.text += part
  })
  parser.on('closetag', (tag) => {
    depth -= 1
    if (tag.uri === rdf && tag.local === 'li') item = undefined
    if (propertyOf(tag) !== undefined) property = undefined
  })
  parser.write(text).close()
  const rights = found.rights.find(({ isDefault }) => isDefault) ?? found.rights[0]
  return { creators: found.creator.map(({ text: name }) => name), rights: rights?.text }
}

function propertyOf({ uri, local }: Pick<SaxesTagNS, 'uri' | 'local'>): Property | undefined {
  if (uri !== dublinCore) return undefined
  return local === 'creator' || local === 'rights' ? local : undefined
}

function refuse(): never {
  throw new Error('The packet is not plain XMP.')
}

/** Loads the parser at its first use: most renders need none. */
function createParser(): SaxesParser<{ xmlns: true; position: false }> {
  const { SaxesParser: Parser } = createRequire(import.meta.url)('saxes') as {
    SaxesParser: new (options: { xmlns: true; position: false }) => SaxesParser<{
      xmlns: true
      position: false
    }>
  }
  return new Parser({ xmlns: true, position: false })
}
