import { z } from 'zod'
import { text, toggle } from './platform/config/setting.ts'

/** Settings of the keys of stored variants. */
export const linksSettings = z
  .object({
    secret: text(
      {
        description:
          'Secret of the codes in the keys of stored variants, at least 16 characters, the same in every service. With it, the key of a new object names its image and its variant; without it, the key is a hash. Set it once all uploaders are of a build that knows this setting, and keep it: objects with codes of another secret count as those of others. `npm start` derives it from its embedded database.',
        env: 'LINKS_SECRET',
        secret: true,
      },
      z.string().min(16, 'must have at least 16 characters'),
    ),
    compact: toggle(
      false,
      'Writes new links in a short form, which takes a third of the space. It needs `links.secret`. Set it in the uploaders once no process of a build before this setting is left: such a build finds no link of the short form, renders again, and leaves these links in place when it deletes or replaces an image.',
      'LINKS_COMPACT',
    ),
  })
  .prefault({})
