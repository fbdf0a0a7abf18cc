import { styleText } from 'node:util'

type Line = Readonly<Record<string, unknown>>
type Style = Parameters<typeof styleText>[0]
type ErrorFields = Readonly<{ stack?: unknown; code?: unknown; cause?: unknown }>

/** Matches text that needs no quotes as the value of a field. */
const plainText = /^[\w./:@?&=*+,%~-]+$/

/** C0 controls, DEL, C1 controls and the separators that some terminals treat as line ends. */
const controls = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g

const levelStyles: Readonly<Record<string, Style>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'cyan',
}

/**
 * Returns a function that formats a JSON log line for people: time, level, service, message, fields as `key=value`, and
 * the stacks of errors indented below. Works on the JSON line, so its bounds and masked secrets are kept.
 */
export function createPrettyPrinter({ colours }: { readonly colours: boolean }) {
  // Without this option `styleText` (Node 22) would check the environment of this process again.
  const paint = (style: Style, text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text

  return (json: string): string => {
    const line = JSON.parse(json) as Line
    const { '@timestamp': timestamp, '@version': _version, level, message, service, ...rest } = line
    const fields = Object.entries(rest).filter(([, value]) => !isError(value))
    const errors = Object.entries(rest).filter(([, value]) => isError(value))
    const head = [
      paint('dim', formatTime(String(timestamp))),
      paint(levelStyles[String(level)] ?? 'white', String(level).toUpperCase().padEnd(5)),
      ...(service === undefined ? [] : [paint('dim', formatValue(service))]),
      escapeControls(String(message)),
      ...fields.map(([name, value]) => paint('dim', `${formatName(name)}=`) + formatValue(value)),
    ]
    const stacks = errors.flatMap(([name, error]) => formatError(name, error as ErrorFields))
    return [head.join(' '), ...stacks].join('\n')
  }
}

/** Formats the local time of day. The date is omitted because the reader watches live. */
function formatTime(timestamp: string): string {
  const date = new Date(timestamp)
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part, 2))
  return `${time.join(':')}.${pad(date.getMilliseconds(), 3)}`
}

function pad(value: number, digits: number): string {
  return `${value}`.padStart(digits, '0')
}

function formatName(name: string): string {
  return plainText.test(name) ? name : quote(name)
}

function formatValue(value: unknown): string {
  if (typeof value === 'string' && plainText.test(value)) return value
  return quote(value)
}

/** Quotes a value. JSON escapes the C0 controls only. */
function quote(value: unknown): string {
  return escapeControls(JSON.stringify(value))
}

function escapeControls(text: string): string {
  return text.replace(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'stack' in value
}

/** Formats the stack of an error and of its causes, indented so that no line looks like a log line. */
function formatError(name: string, error: ErrorFields): readonly string[] {
  const code = error.code === undefined ? '' : ` (${formatValue(error.code)})`
  const [first = '', ...frames] = String(error.stack).split('\n').map(escapeControls)
  const own = [`    ${formatName(name)}: ${first}${code}`, ...frames.map((line) => `    ${line}`)]
  if (isError(error.cause)) return [...own, ...formatError('cause', error.cause as ErrorFields)]
  return error.cause === undefined ? own : [...own, `    cause: ${formatValue(error.cause)}`]
}
