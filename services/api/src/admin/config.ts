import { text, toggle } from '@iaas/common/config/setting'
import { z } from 'zod'

export const adminSettings = z
  .object({
    user: text({
      description:
        'With `admin.password`: who may see the queues at `/queues` of the admin listener. Without both there is no such page.',
      env: 'ADMIN_USER',
    }),
    password: text({
      description: 'See `admin.user`.',
      env: 'ADMIN_PASSWORD',
      secret: true,
    }),
    read_only: toggle(
      true,
      'Whether the page of the queues only shows, or may also retry, promote and remove jobs.',
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
