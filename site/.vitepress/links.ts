import type { MarkdownRenderer } from 'vitepress'
import { hrefOf } from './documents.js'

/** Leads the links of documents, which are right in the repository, to where their targets are on the site. */
export function linkOnSite(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('link-on-site', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href && !/^([a-z]+:|#|\/)/.test(href)) token.attrSet('href', hrefOf(href, env.realPath ?? env.path))
    }
  })
}

/** The anchor of a heading as code hosts make it: VitePress makes others where there is punctuation. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}
