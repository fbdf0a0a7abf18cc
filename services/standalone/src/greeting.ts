export type GreetingFacts = {
  /** URL of the public listener, without a slash at the end. */
  readonly base: string
  readonly admin: string
  readonly dataDir: string
  readonly exampleFile: string
  /** There is an image of the id `example`. */
  readonly hasExample: boolean
  /** `POST /token` requires a secret. */
  readonly needsSecret: boolean
  /** Originals are kept without the place where they were taken. */
  readonly stripsMetadata: boolean
  /** Decoders run as root. */
  readonly decodesAsRoot: boolean
  /** An id that is still free. */
  readonly id: string
}

const openTokens = `
No secret is set: whoever reaches this port gets upload tokens. Set TOKEN_SECRET before you open it to others.
`

const locatedOriginals = `
Originals are public, with the place where they were taken, unless STRIP_METADATA=true.
`

const rootDecoders = `
Decoders run as root, so that a file built to take one over would have this machine. Use a user of its own for the service.
`

/** Formats the greeting for people: the address, and three commands to paste. */
export function formatGreeting(facts: GreetingFacts): string {
  const { base, admin, dataDir, exampleFile, hasExample, needsSecret, id } = facts
  const warning =
    (needsSecret ? '' : openTokens) +
    (facts.stripsMetadata ? '' : locatedOriginals) +
    (facts.decodesAsRoot ? rootDecoders : '')
  const secret = needsSecret ? ',"secret":"YOUR SECRET"' : ''
  return `
Ready.  Images   ${base}${hasExample ? '/example_400_400.jpg' : ''}
        Metrics  ${admin}/metrics
        Data     ${dataDir}
${warning}
Try it: a token, an upload, the image in another size.

  ANSWER=$(curl -s ${base}/token -H 'Content-Type: application/json' -d '{"id":"${id}"${secret}}')
  take() { echo "$ANSWER" | sed 's/.*"'$1'":"\\([^"]*\\)".*/\\1/'; }
  curl "${base}$(take upload_path)" -H "X-Token: $(take token)" -F 'image=@${exampleFile}'
  curl -L -o ${id}.jpg '${base}/${id}_300_300.jpg'

Ctrl-C ends it; the data stays.
`
}
