/**
 * JPEG XL files of 64 x 48 px with the quarters of `tileColours`, drawn for these tests: a bare codestream, one in a
 * container, one at half opacity, and three frames of which the first shows the quarters.
 */
export const jxlFiles = {
  lossless: decode(
    '/wrLQCQIBAEAvABLKDZGn44UFEwAuzwO6v//GD/Gv0AQAIDE/ABENOCPaGdAZzpw6AKIjp6hOXyQAQ==',
  ),
  container: decode(
    'AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAABCanhsY/8Ky0AkCAQBALwASyg2Rp+OFBRMALs8Dur//xg/xr9AEACAxPwARDTgj2hnQGc6cOgCiI6eoTl8kAE=',
  ),
  alpha: decode(
    '/wrLwEoIEBAA3ABLKDZGn44UFEwxwr2o//9j/Ph/ASEAgMQdAL6/wcdMt84nDTBfgKBP7AJPwgphMERz2e+IiGg8',
  ),
  animation: decode(
    '/wrLBE0AICYIBAEAvABLKDZGn44UFEwAuzwO6v//GD/Gv0AQAIDE/ABENOCPaGdAZzpw6AKIjp6hOXyQAQgEAQC4AEsoJMaVCgomgMuLZrDr//8Y9HKBIAAAKegCrlJdz9AeD9rPDxDGBQca7rXW6gAIBAUAvABLKDZGn44UFEwAuzwO6v//GD/Gv0AQAIDE/ABENOCPaGdAZzpw6AKIjp6hOXyQAQ==',
  ),
} as const

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}
