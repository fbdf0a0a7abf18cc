/** What all charts share: readable on light and on dark pages. */
export const colours = { ink: '#8b949e', bar: '#2f81f7', limit: '#d29922', line: '#8b949e55' }

/** How wide a letter is, px, by a generous estimate: what draws the text has its own font. */
export const letterWidth = 6.6

export function svg(width, height, title, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${escape(title)}</title>
${parts.join('\n')}
</svg>
`
}

/** @param anchor where the text is held: start, middle or end */
export function text(x, y, content, anchor = 'start', fill = colours.ink) {
  const at = `x="${round(x)}" y="${round(y)}"`
  return `<text ${at} text-anchor="${anchor}" fill="${fill}">${escape(content)}</text>`
}

export function line([x1, y1], [x2, y2], stroke = colours.line, width = 1) {
  const ends = `x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"`
  return `<line ${ends} stroke="${stroke}" stroke-width="${width}"/>`
}

export function round(value) {
  return Math.round(value * 10) / 10
}

function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
