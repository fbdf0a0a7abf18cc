/** Whether an Accept header names WebP itself (a wildcard says nothing of what a client can decode). */
export function acceptsWebp(accept: string | undefined): boolean {
  if (accept === undefined) return false
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return (
      type === 'image/webp' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    )
  })
}
