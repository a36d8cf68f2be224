import { defineConfig } from 'vitepress'
import { EXCLUDED, placeOf, ROOT } from './documents.js'
import { serviceWorker, theLibrary, vueOfSite } from './library.js'
import { linkOnSite, slugify } from './links.js'
import { apiSidebar, sidebar } from './navigation.js'

/** A registration: a card, and what is handed out with it. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="6" width="28" height="20" rx="4" fill="#3451b2"/><circle cx="11" cy="14" r="3.5" fill="#fff"/><path d="M5.5 22a5.5 5.5 0 0 1 11 0" fill="#fff"/><path d="M20 13h6M20 18h6" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>',
)}`

export default defineConfig({
  title: 'dcr-client',
  description: 'A typed client for OAuth 2.0 / OpenID Connect Dynamic Client Registration',
  lang: 'en-GB',
  head: [['link', { rel: 'icon', href: ICON }]],
  // The documents are pages where they are: there is no copy that could differ.
  srcDir: ROOT,
  srcExclude: EXCLUDED,
  rewrites: placeOf,
  outDir: `${ROOT}site/dist`,
  cacheDir: `${ROOT}site/.vitepress/cache`,
  markdown: {
    anchor: { slugify },
    config: linkOnSite,
  },
  vite: {
    resolve: { alias: theLibrary() },
    plugins: [serviceWorker(), vueOfSite()],
    publicDir: false,
    // Kilobytes: the index of the search is one file, and is loaded when somebody searches.
    build: { chunkSizeWarningLimit: 1000 },
  },
  themeConfig: {
    logo: ICON,
    nav: [
      { text: 'Getting started', link: '/docs/getting-started' },
      { text: 'Playground', link: '/playground' },
      { text: 'Providers', link: '/docs/providers/' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: { '/api/': apiSidebar(), '/': sidebar() },
    outline: [2, 3],
    search: { provider: 'local' },
  },
})
