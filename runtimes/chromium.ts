import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { bundle } from './bundle.js'
import { Missing, type Result, type Run } from './runtime.js'

/** Where Debian's package `chromium` has it: browsers do not come from npm. */
const EXECUTABLE = '/usr/bin/chromium'

/** Runs the suite in a page, whose origin is not that of the server. */
export const runInChromium: Run = async (project, servers) => {
  if (!existsSync(EXECUTABLE)) throw new Missing(`there is no ${EXECUTABLE}`)
  const script = await bundle(project, 'page.js', 'iife')
  const pages = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>suite</title>')
  })
  pages.listen(0, '127.0.0.1')
  await once(pages, 'listening')
  // Its own sandbox does not start for root, as whom containers run.
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`)
    await page.addScriptTag({ content: script })
    const results = await page.evaluate(`run(${JSON.stringify(servers)})`)
    return { version: browser.version(), results: results as Result[] }
  } finally {
    await browser.close()
    pages.close()
  }
}
