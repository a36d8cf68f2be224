import { parse } from '../../http/url.js'
import type { Check } from '../facts.js'
import { ok, problem, warning } from '../finding.js'
import { evidenceFor } from '../provider-marks.js'

/** Which profile of `dcr-client/providers` the server looks like, and by what evidence. */
export const provider: Check = ({ metadata, endpoint, provider: named }) => {
  const likely = evidenceFor(metadata)
  const shown = likely.map(({ name, evidence }) => `${name} (${evidence.join('; ')})`).join(', ')
  if (named) {
    const path = parse(endpoint ?? '')?.pathname
    if (named.endpointPath && path !== undefined && path.search(named.endpointPath) < 0) {
      const what = `the provider ${named.name} is for other paths of the registration endpoint than ${path}`
      return [problem(what, 'leave the provider out, or take the one of this server')]
    }
    return [ok(`the provider ${named.name} was given${shown && `; it looks like ${shown}`}`)]
  }
  const [first] = likely
  if (!first) return [ok('it looks like none of the servers that need a provider')]
  const next = `if it is one, say so: --provider ${first.option}, in code the option provider`
  return [warning(`it looks like ${shown}`, next)]
}
