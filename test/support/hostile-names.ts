import { createRandom } from '@iaas/testing/random'

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

/** So many names without their first slash: climbs of every spelling, then mixtures of all of it. */
export function drawHostileNames(count: number, seed: number): readonly string[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) {
      const mix = [heads, climbs, separators, goals, noise]
      return Array.from({ length: 1 + random.below(8) }, () => random.pick(random.pick(mix))).join(
        '',
      )
    }
    const step = random.pick(climbs) + random.pick(separators)
    return (
      random.pick(heads) +
      step.repeat(1 + random.below(8)) +
      random.pick(goals) +
      random.pick(tails)
    )
  }).map((name) => name.replaceAll(' ', '%20'))
}
