import type { Random } from '@iaas/testing/random'

/** A body that is no correct upload, and the headers that it comes with. */
export type HostileForm = { readonly body: Buffer; readonly headers: Record<string, string> }

const disposition = 'Content-Disposition: form-data; name="image"; filename="x"'

/** Parts that are wrong, large, many, or mean. None of them is an image. */
const parts: readonly ((random: Random, boundary: string) => string)[] = [
  () => `${disposition}\r\n\r\nno image`,
  () => `${disposition}\r\n\r\n`,
  () => `${disposition}\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0`,
  (random) =>
    `Content-Disposition: form-data; name="${'n'.repeat(random.below(200_000))}"\r\n\r\nx`,
  (random) =>
    `Content-Disposition: form-data; name="f"\r\n\r\n${'v'.repeat(random.below(200_000))}`,
  (random) => `${disposition.replace('x"', `${'x'.repeat(random.below(90_000))}"`)}\r\n\r\nx`,
  (random) => `${'X-H: y\r\n'.repeat(random.below(3000))}${disposition}\r\n\r\nx`,
  (random) => `X-${'h'.repeat(random.below(100_000))}: y\r\n${disposition}\r\n\r\nx`,
  () => 'Content-Disposition: form-data\r\n\r\nwithout a name',
  () => 'Content-Disposition: form-data; name=""; filename=""\r\n\r\nx',
  () => `${disposition}\r\n${disposition}\r\n\r\ntwice`,
  () => `Content-Disposition: form-data; name="image"; filename*=utf-8''%ff%fe%\r\n\r\nx`,
  () => 'Content-Disposition: form-data; name="image"; filename="../../etc/passwd"\r\n\r\nx',
  () => 'Content-Disposition: form-data; name="__proto__"\r\n\r\n{"x":1}',
  () => 'Content-Disposition: attachment; name="image"; filename="x"\r\n\r\nx',
  () => `${disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!====`,
  () => `${disposition}\r\nContent-Type: text/plain; charset=utf-7-nonsense\r\n\r\nx`,
  (_random, boundary) => `${disposition}\r\n\r\nbefore --${boundary} and --${boundary}-- within`,
  (_random, boundary) => `${disposition}\r\n\r\n\r\n-${boundary}\r\n--${boundary.slice(1)}`,
  () => 'Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\n--inner--',
  () => 'no header at all',
  () => ': \r\n:\r\n\r\n',
  () => `${disposition}\n\nline feeds alone`,
  () => `\0${disposition}\0\r\n\r\n\0`,
]

const contentTypes: readonly ((boundary: string) => string)[] = [
  ...Array.from(
    { length: 8 },
    () => (boundary: string) => `multipart/form-data; boundary=${boundary}`,
  ),
  (boundary) => `multipart/form-data; boundary="${boundary}"`,
  (boundary) => `multipart/form-data; boundary=${boundary}; boundary=other`,
  (boundary) => `multipart/form-data;;; boundary=${boundary};`,
  (boundary) => `MULTIPART/FORM-DATA; BOUNDARY=${boundary}`,
  (boundary) => `multipart/mixed; boundary=${boundary}`,
  () => 'multipart/form-data; boundary=',
  () => `multipart/form-data; boundary=${'b'.repeat(3000)}`,
  () => 'multipart/form-data; boundary="unfinished',
  () => 'application/x-www-form-urlencoded',
]

/** The same random numbers, the same form. */
export function makeHostileForm(random: Random): HostileForm {
  const boundary = random.pick(['b', '-', '----', "a'()+_,-./:=?z", 'x'.repeat(70)])
  const many = random.below(12) === 0 ? random.below(20_000) : random.below(5)
  const chosen = random.pick(parts)
  const texts = Array.from({ length: many + 1 }, () => {
    const part = many > 100 ? 'Content-Disposition: form-data; name="f"\r\n\r\nx' : undefined
    return part ?? (random.below(2) === 0 ? chosen : random.pick(parts))(random, boundary)
  })
  const whole = Buffer.from(
    `${texts.map((text) => `--${boundary}\r\n${text}\r\n`).join('')}--${boundary}--\r\n`,
    'latin1',
  )
  return {
    body: spoil(whole, random),
    headers: { 'Content-Type': random.pick(contentTypes)(boundary) },
  }
}

/** Half of the forms are left as they are; the others are cut, or have some of their bytes changed. */
function spoil(body: Buffer, random: Random): Buffer {
  switch (random.below(4)) {
    case 0:
      return body.subarray(0, random.below(body.length))
    case 1: {
      for (let count = 0; count < 8; count += 1) body[random.below(body.length)] = random.below(256)
      return body
    }
    default:
      return body
  }
}
