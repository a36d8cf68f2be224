import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'vitepress'
import { ROOT } from './documents.js'
import { entries } from './entries.js'

/** Pages import the library by the names its users do, and get the source of this repository. */
export function theLibrary(): Alias[] {
  return [...entries()].map(([name, source]) => ({
    find: new RegExp(`^${name}$`),
    replacement: join(ROOT, source),
  }))
}

interface Alias {
  readonly find: string | RegExp
  readonly replacement: string
}

const SERVICE_WORKER = 'mockServiceWorker.js'

/** Serves the service worker of MSW from the root of the site, so that it may answer for every page. */
export function serviceWorker(): Plugin {
  const source = readFileSync(createRequire(import.meta.url).resolve(`msw/${SERVICE_WORKER}`))
  return {
    name: 'service-worker',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: SERVICE_WORKER, source })
    },
    configureServer({ middlewares }) {
      middlewares.use(`/${SERVICE_WORKER}`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript')
        response.end(source)
      })
    },
  }
}

/** Documents become components where they stand, and Vue is no package of the repository: the site's own is meant. */
export function vueOfSite(): Plugin {
  return {
    name: 'vue-of-site',
    enforce: 'pre',
    resolveId: (source, _importer, { ssr }) =>
      ssr && /^vue(\/|$)/.test(source) ? { id: source, external: true } : undefined,
  }
}
