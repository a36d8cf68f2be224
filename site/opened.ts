import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { serveSite } from './served.js'

/** Where Debian's package `chromium` has it: browsers do not come from npm. */
const EXECUTABLE = '/usr/bin/chromium'

/** The site, opened in a browser. */
export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  readonly origin: string
  close(): Promise<void>
}

/** Serves the site and opens a page of it. What is asked of the network of `example.com` goes to `elsewhere`. */
export async function openSite(
  size: { width: number; height: number },
  elsewhere = '127.0.0.1:1',
): Promise<Opened> {
  const site = await serveSite()
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    // Its own sandbox does not start for root, as whom containers run.
    args: ['--no-sandbox', `--host-resolver-rules=MAP *.example.com ${elsewhere}`],
  })
  const context = await browser.newContext({ viewport: size })
  return {
    page: await context.newPage(),
    context,
    origin: site.origin,
    async close() {
      await browser.close()
      site.close()
    },
  }
}
