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
  // As a browser writes it: its Origin is compared character by character.
  .overwrite((texts) => texts.map((text) => toOrigin(text) ?? text))

/** Of documents that are read, not shown by a host: their pages have the origin `null`. */
const withoutOrigin: ReadonlySet<string> = new Set(['file:', 'ftp:'])

/**
 * Pages have other schemes as well, in apps (`capacitor://localhost`) and extensions of browsers.
 *
 * @returns undefined: no page has such an origin, or there is more in it than an origin
 */
function toOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, href } = new URL(text)
  if (host === '' || host.includes(any) || withoutOrigin.has(protocol)) return undefined
  // The origin of other schemes than those of the web is no text to Node.
  const origin = `${protocol}//${host}`
  return href === origin || href === `${origin}/` ? origin : undefined
}
