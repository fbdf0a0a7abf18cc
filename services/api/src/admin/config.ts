import { camelKeys } from '@iaas/common/config/camel-keys'
import { text, toggle } from '@iaas/common/config/setting'
import { z } from 'zod'

export const adminSettings = z
  .object({
    user: text({
      description:
        'User name of the administrator for the page of the queues (`/queues`) and the [management API](api.md) of the admin listener. They exist only if `admin.password` is set, too.',
      env: 'ADMIN_USER',
    }),
    password: text({
      description: 'Password of the administrator; see `admin.user`.',
      env: 'ADMIN_PASSWORD',
      secret: true,
    }),
    read_only: toggle(
      true,
      'Lets the administrator only read. If `false`, the page of the queues can retry, promote and remove jobs, and the management API can change everything.',
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
