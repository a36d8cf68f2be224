/**
 * What a person does with a browser: follows an authorization URL, signs in, agrees, and comes back to the application.
 *
 * @returns The URL of the redirect URI that the browser was sent to, or the answer of a page that sends it nowhere.
 */
export async function authorize(start: URL, redirectUri: string): Promise<URL | Response> {
  const cookies = new Map<string, string>()
  let next: { url: URL; form?: URLSearchParams } = { url: start }
  // Signing in and agreeing are three pages each.
  for (let pages = 0; pages < 20; pages++) {
    const { url, form } = next
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location) {
      next = { url: new URL(location, url) }
      if (next.url.href.startsWith(redirectUri)) return next.url
      continue
    }
    if (!response.ok) return response
    const prompt = /name="prompt" value="(\w+)"/.exec(await response.text())?.[1]
    if (!prompt) return response
    next = { url, form: new URLSearchParams({ prompt, login: 'a-user', password: 'any' }) }
  }
  throw new Error(`the way from ${start.origin} led in a circle`)
}
