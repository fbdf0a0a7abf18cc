import { createCdn } from '@iaas/common/cdn'

/** CDN of tests that need one only to name objects. */
export const testCdn = createCdn('https://cdn.example/')
