/** What must be seen nowhere, and that the server answers with and is sent. */
export const SECRETS = { sent: 'secret-canary-of-the-request', answered: 'secret-canary-of-the-answer' }

/** Milliseconds for one check: far more than any needs, on a machine that is busy. */
const LONGEST = 20_000
/** Milliseconds that an end may come late: other runtimes use the same cores. */
const LATENESS = 3000

/** Runs one check; resolves for why it failed, and for nothing if it did not. */
export async function failureOf(check) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it had not ended after ${LONGEST} ms`)), LONGEST)
  })
  try {
    await Promise.race([check(), late])
    return undefined
  } catch (error) {
    return `${error?.stack ?? error}`
  } finally {
    clearTimeout(timer)
  }
}

export function assert(condition, what) {
  if (!condition) throw new Error(what)
}

export function assertEqual(actual, expected, what) {
  assert(Object.is(actual, expected), `${what}: ${actual}, not ${expected}`)
}

/** What a promise rejects with, which must have these members. */
export async function rejection(promise, members) {
  const error = await promise.then(
    (value) => assert(false, `it did not fail, and gave ${JSON.stringify(value)}`),
    (error) => error,
  )
  for (const [member, expected] of Object.entries(members))
    assertEqual(error[member], expected, `${member} of "${error.message}"`)
  return error
}

export async function assertInTime(promise, milliseconds) {
  const begun = Date.now()
  const result = await promise
  const took = Date.now() - begun
  assert(took <= milliseconds + LATENESS, `it took ${took} ms, and had ${milliseconds}`)
  return result
}

/** That no secret is in what a log or a page could show of an error. */
export function assertNothingShown(error, inspectors = []) {
  const texts = inspectors.map((inspect) => inspect(error))
  for (let level = error; level !== undefined && level !== null; level = level.cause) {
    texts.push(String(level), JSON.stringify(level))
    for (const name of Object.getOwnPropertyNames(level)) texts.push(String(level[name]))
  }
  for (const secret of Object.values(SECRETS))
    assert(!texts.some((text) => text?.includes(secret)), `the error shows ${secret}`)
}
