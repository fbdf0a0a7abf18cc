import { camelKeys } from '@iaas/common/config/camel-keys'
import { text, toggle } from '@iaas/common/config/setting'
import { z } from 'zod'

export const adminSettings = z
  .object({
    user: text({
      description:
        'User name for the page of the queues, `/queues` of the admin listener. The page exists only if `admin.password` is set, too.',
      env: 'ADMIN_USER',
    }),
    password: text({
      description: 'Password for the page of the queues; see `admin.user`.',
      env: 'ADMIN_PASSWORD',
      secret: true,
    }),
    read_only: toggle(
      true,
      'Makes the page of the queues read-only. If `false`, it can retry, promote and remove jobs.',
      'ADMIN_READ_ONLY',
    ),
  })
  .prefault({})
  .superRefine(({ user, password }, context) => {
    if ((user === undefined) === (password === undefined)) return
    const missing = user === undefined ? 'user' : 'password'
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: 'needed where the other of `admin.user` and `admin.password` is given',
    })
  })
  .transform(camelKeys)
