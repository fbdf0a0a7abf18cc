import { describe, expect, it } from '@jest/globals'
import { describe as describeText, html } from '../../../src/admin/api-page/html.ts'
import { renderApiPage } from '../../../src/admin/api-page/render-page.ts'
import { routes } from '../../../src/management/contract/routes.ts'
import { createOpenApiDocument } from '../../../src/management/openapi/create-document.ts'

const page = renderApiPage(createOpenApiDocument(routes))

describe('the page of the management API', () => {
  it('has a place for every route', () => {
    for (const [name, { method, path }] of Object.entries(routes)) {
      expect(page).toContain(`<section id="${name}">`)
      expect(page).toContain(`${method} /_api/v1${path}`)
    }
  })

  it('has the place of each link on it', () => {
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, name = '']) => name)
    expect(links.length).toBeGreaterThan(Object.keys(routes).length)
    for (const name of links) expect(page).toContain(`id="${name}"`)
  })

  it('needs nothing from another server, and no script', () => {
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/)
  })

  it('escapes texts', () => {
    const text = '<b class="x">&'
    expect(html`${text}`.text).toBe('&lt;b class=&quot;x&quot;&gt;&amp;')
    const described = describeText('a `<b>` c\n- d').text.replaceAll(/>\s+</g, '><')
    expect(described).toBe('a <code>&lt;b&gt;</code> c<ul><li>d</li></ul>')
  })
})
