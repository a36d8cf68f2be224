/** Takes the picture of the playground that the README shows: an answer that was cut, and what was saved of it. */
import { join } from 'node:path'
import { ROOT } from './.vitepress/documents.js'
import { openSite } from './opened.js'

const { page, origin, close } = await openSite({ width: 1280, height: 960 })
try {
  await page.goto(`${origin}/playground.html`)
  const register = page.getByRole('button', { name: 'Register' })
  await page.getByText('Cut JSON').click()
  await register.click()
  await page.getByText('invalid_response · applied', { exact: true }).waitFor()
  // The picture is to be of the work, and not of where the pointer was last.
  await register.blur()
  await page.mouse.move(0, 0)
  await page.evaluate(() => {
    for (const box of document.querySelectorAll('.controls')) box.scrollTop = 0
    scrollTo(0, 0)
  })
  await page.screenshot({ path: join(ROOT, 'docs/playground.png') })
} finally {
  await close()
}
