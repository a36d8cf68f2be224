import { isLoopback, parse } from '../../http/url.js'
import type { Check } from '../facts.js'
import { ok, problem, type Said, warning } from '../finding.js'

/** Whether the issuer is what an issuer may be (RFC 8414 §2), and written as it was asked for (§3.3). */
export const issuer: Check = ({ issuer: asked, metadata }) => {
  const named = `${metadata.issuer}`
  const found: Said[] = []
  const url = parse(named)
  if (!url) found.push(problem(`the issuer ${named} is no URL`))
  else if (url.protocol !== 'https:' && !isLoopback(url)) {
    found.push(
      problem(
        `the issuer ${named} is not https (RFC 8414 §2)`,
        'serve it by https, and name that as the issuer',
      ),
    )
  }
  if (url?.search || url?.hash) found.push(problem('the issuer has a query or a fragment (RFC 8414 §2)'))
  if (named !== asked) {
    const what = `the issuer is written ${named}, and was asked for as ${asked}: clients compare each character`
    found.push(warning(what, `configure clients with the issuer as it is written, ${named}`))
  }
  return found.length > 0 ? found : [ok(`${named} is named as it was asked for`)]
}
