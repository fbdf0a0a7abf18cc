import type { Response } from 'express'

const yearInSeconds = 31_536_000

/** What every picture that is served here says of itself, whoever shows it. */
const imageHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Timing-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; sandbox",
} as const

export function setImageHeaders(res: Response): void {
  res.set(imageHeaders)
}

/** A picture never changes under its address. */
export function setImmutable(res: Response): void {
  res.set('Cache-Control', `public, max-age=${yearInSeconds}`)
}

/** The spans of a request, ms. */
export type Timing = Readonly<Record<string, number>>

export function setServerTiming(res: Response, timing: Timing): void {
  const spans = Object.entries(timing).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`)
  if (spans.length > 0) res.set('Server-Timing', spans.join(', '))
}
