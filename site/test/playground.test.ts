import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Opened, openSite } from '../opened.js'

/** What a request to the network would reach. */
const elsewhere = createServer((socket) => {
  left += 1
  socket.destroy()
})
let left = 0
let site: Opened
/** What the page complained about, and whom it asked. */
const complaints: string[] = []
const hosts = new Set<string>()

beforeAll(async () => {
  elsewhere.listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  site = await openSite(
    { width: 1280, height: 900 },
    `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`,
  )
  site.page.on('pageerror', (error) => complaints.push(error.message))
  site.page.on('console', (message) => {
    // Browsers complain of each answer that is an error: those of the reference server are meant.
    const isAnswer = /^https:\/\/\w+\.example\.com\//.test(message.location().url)
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
  })
  site.context.on('request', (request) => hosts.add(new URL(request.url()).hostname))
})
afterAll(async () => {
  await site.close()
  elsewhere.close()
})

beforeEach(async () => {
  await site.page.goto(`${site.origin}/playground.html`)
})
afterEach(() => {
  expect(complaints).toEqual([])
  expect(left).toBe(0)
  expect([...hosts].filter((host) => !/^127\.0\.0\.1$|\.example\.com$|^$/.test(host))).toEqual([])
})

const newest = () => site.page.locator('details.call').first()
const press = (name: string) => site.page.getByRole('button', { name, exact: true }).click()
const told = (text: string) => newest().getByText(text).first().waitFor()
/** Presses a button, and waits until its call has ended. */
async function call(button: string, name = button.toLowerCase()): Promise<string> {
  const before = await site.page.locator('details.call').count()
  await press(button)
  await site.page.locator('details.call').nth(before).waitFor()
  await newest().and(site.page.locator('.client, .deleted, .error')).waitFor()
  expect(await newest().locator('summary strong').first().innerText()).toBe(name)
  return newest().locator('.summary').first().innerText()
}
const breakBy = (name: string) => site.page.locator('.choices').getByText(name, { exact: true }).click()
const atServer = () => site.page.locator('.truth strong').innerText()

describe('a client', () => {
  test('is registered, read, changed, rotated and deleted', async () => {
    const id = await call('Register')
    expect(await atServer()).toBe('1 client')
    await told('POST https://as.example.com/register')
    await told('201 Created')
    // What was asked for and is not there.
    expect(await newest().locator('table').innerText()).toContain('organization_name')

    expect(await call('Read', 'get')).toBe(id)
    expect(await call('Update')).toBe(id)
    await told('"client_name": "App 2"')
    expect(await call('Rotate')).toBe(id)
    await told('New, and the old one is void')
    expect(await newest().locator('.told').innerText()).toContain('registration_access_token')

    expect(await call('Delete')).toBe('deleted')
    await told('204 No Content')
    expect(await atServer()).toBe('0 clients')
  })

  test('has its secrets masked, until they are asked for', async () => {
    await call('Register')
    const shown = () => site.page.locator('.playground').innerText()
    expect(await shown()).toMatch(/"client_secret": "[\w-]{4}•{8}"/)
    expect(await shown()).not.toMatch(/"(client_secret|registration_access_token)": "[\w-]{5}/)
    await site.page.getByLabel('Show secrets').check()
    expect(await shown()).toMatch(/"client_secret": "[\w-]{43}"/)
    await call('Read', 'get')
    expect(await newest().innerText()).toMatch(/authorization: Bearer [\w-]{43}/)
    await site.page.getByLabel('Show secrets').uncheck()
    expect(await shown()).not.toMatch(/[\w-]{43}/)
  })

  test('is not asked for with text that is no JSON', async () => {
    await site.page.getByLabel('Metadata to ask for').fill('{ "client_name": }')
    expect(await site.page.getByRole('alert').innerText()).toMatch(/JSON/)
    expect(await site.page.getByRole('button', { name: 'Register' }).isDisabled()).toBe(true)
  })

  test.each([
    ['hydra', 'POST https://hydra.example.com/oauth2/register'],
    ['simpleidserver', 'POST https://sid.example.com/master/register'],
    ['awork', 'POST https://awork.example.com/api/v1/clientapplications/register'],
  ])('is registered at %s', async (system, line) => {
    await site.page.getByLabel('Behaves like').selectOption(system)
    await call('Register')
    await told(line)
    expect(await atServer()).toBe('1 client')
  })

  test('is registered at the system that was chosen last, however quickly', async () => {
    await site.page.reload()
    const choice = site.page.getByLabel('Behaves like')
    await choice.selectOption('hydra')
    await choice.selectOption('awork')
    await call('Register')
    await told('POST https://awork.example.com/api/v1/clientapplications/register')
  })

  test('is refused at hydra without its profile', async () => {
    await site.page.getByLabel('Behaves like').selectOption('hydra')
    await site.page.getByLabel('The library is told so').uncheck()
    expect(await call('Register')).toBe('registration_not_supported · not_sent')
  })
})

test('on a phone, what happened comes into sight, and nothing is wider than the page', async () => {
  const usual = site.page.viewportSize()
  await site.page.setViewportSize({ width: 390, height: 844 })
  await call('Register')
  await newest().locator('summary').first().waitFor()
  const { top, width } = await site.page.evaluate(() => ({
    top: document.querySelector('details.call')?.getBoundingClientRect().top ?? Number.NaN,
    width: document.documentElement.scrollWidth,
  }))
  expect(top).toBeLessThan(844)
  expect(width).toBe(390)
  if (usual) await site.page.setViewportSize(usual)
})

test('by keyboard alone', async () => {
  await site.page.getByRole('radio', { name: 'Nothing' }).focus()
  await site.page.keyboard.press('ArrowRight')
  expect(await site.page.getByRole('radio', { name: 'The answer is lost' }).isChecked()).toBe(true)
  // It is enabled when the server has started.
  await site.page.getByRole('button', { name: 'Register', disabled: false }).focus()
  await site.page.keyboard.press('Enter')
  await newest().and(site.page.locator('.error')).waitFor()
  // What a screen reader is told.
  expect(await site.page.getByRole('status').innerText()).toBe('register: network_error · unknown')
})

describe('a server that breaks', () => {
  test.each([
    ['The answer is lost', 'network_error · unknown', '1 client'],
    ['500', 'server_error · unknown', '0 clients'],
    ['429, Retry-After: 120', 'rate_limited · rejected', '0 clients'],
    ['A page of HTML', 'invalid_response · unknown', '1 client'],
    ['A redirect', 'redirect_refused · rejected', '0 clients'],
  ])('%s: %s', async (name, error, clients) => {
    await breakBy(name)
    expect(await call('Register')).toBe(error)
    expect(await newest().locator('.error-view').innerText()).toContain(
      'POST https://as.example.com/register',
    )
    expect(await atServer()).toBe(clients)
    // Once, and then no more.
    await call('Register')
    await told('201 Created')
  })

  test('waits for the second that it was asked to', async () => {
    await breakBy('429, Retry-After: 1')
    await call('Register')
    await told('429 Too Many Requests')
    await told('201 Created')
  })

  test('loses nothing of an answer that was cut', async () => {
    await breakBy('Cut JSON')
    expect(await call('Register')).toBe('invalid_response · applied')
    expect(await newest().locator('.error-view').innerText()).toMatch(/"client_secret": "[\w-]{4}•{8}"/)
    await press('Go on with it')
    expect(await site.page.locator('.client-card').innerText()).toContain('client_secret')
  })

  test('keeps breaking, where that is wanted', async () => {
    await breakBy('500')
    await site.page.getByLabel('Not once, but each time').check()
    expect(await call('Register')).toBe('server_error · unknown')
    expect(await call('Register')).toBe('server_error · unknown')
  })
})
