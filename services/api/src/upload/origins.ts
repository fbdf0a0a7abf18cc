import { list } from '@iaas/common/config/setting'

/** Every origin. */
const any = '*'

export const uploadOrigins = list([any], {
  description:
    'Web origins whose pages may upload, such as `https://shop.example`, separated by commas; `*`: all.',
  env: 'UPLOAD_ORIGINS',
})
  .superRefine((texts, context) => {
    for (const text of texts.filter((each) => each !== any && toOrigin(each) === undefined)) {
      const message = `${JSON.stringify(text)} is neither * nor an origin such as https://shop.example`
      context.addIssue({ code: 'custom', message })
    }
  })
  // Normalised as browsers write it: the Origin header is compared character by character.
  .overwrite((texts) => texts.map((text) => toOrigin(text) ?? text))

/** Schemes of documents without a host, whose pages have the origin `null`. */
const withoutOrigin: ReadonlySet<string> = new Set(['file:', 'ftp:'])

/**
 * Parses an origin. Pages in apps (`capacitor://localhost`) and browser extensions have other schemes.
 *
 * @returns undefined if no page has such an origin, or the text contains more than an origin
 */
function toOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, href } = new URL(text)
  if (host === '' || host.includes(any) || withoutOrigin.has(protocol)) return undefined
  // For schemes other than those of the web, `URL.origin` is `null`.
  const origin = `${protocol}//${host}`
  return href === origin || href === `${origin}/` ? origin : undefined
}
