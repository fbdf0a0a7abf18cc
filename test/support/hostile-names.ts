/** Ways out of a folder, and to files that every machine has, as attackers spell them. */
const climbs = ['..', '.', '...', '....//', '..;', '%2e%2e', '%252e%252e', '%c0%ae%c0%ae', '%uff0e']
const separators = ['/', '%2f', '%252f', '\\', '%5c', '%255c', '%c0%af', '%ef%bc%8f', '//', '/./']
const goals = [
  'etc/passwd',
  'etc%2fpasswd%00',
  'proc/self/environ',
  'canary',
  'package.json',
  'postgres/password',
  'windows/win.ini',
]
const heads = ['', '/', '%2f', 'photo', 'photo%00', 'file:', 'C:', '\\\\host\\', '~', '%00', '-']
const tails = ['.jpg', '_10_10.jpg', '_10_10_2x.png', '%00.jpg', '.jpg%00', '%0a.jpg', '?.jpg', '']
const noise = [
  '_',
  '%',
  'a',
  ' ',
  '%20',
  '%ff',
  '%e2%80%ae',
  "'",
  '"',
  '$(id)',
  '{{7*7}}',
  ';',
  '*',
]

/** Numbers below a bound, the same in every run (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** So many names without their first slash: climbs of every spelling, then mixtures of all of it. */
export function drawHostileNames(count: number, seed: number): readonly string[] {
  const random = createRandom(seed)
  const draw = (of: readonly string[]) => of[random(of.length)] ?? ''
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) {
      const mix = [heads, climbs, separators, goals, noise]
      return Array.from({ length: 1 + random(8) }, () => draw(mix[random(5)] ?? noise)).join('')
    }
    const step = draw(climbs) + draw(separators)
    return draw(heads) + step.repeat(1 + random(8)) + draw(goals) + draw(tails)
  }).map((name) => name.replaceAll(' ', '%20'))
}
