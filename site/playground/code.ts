import type { CallName } from './call.js'
import type { ServerSettings } from './settings.js'
import { SYSTEMS, type System } from './systems.js'

/** The lines that an application has for a call. */
export function codeOf(name: CallName, settings: ServerSettings, given: string): string {
  return name === 'register' ? registration(settings, given) : MANAGEMENT[name](given)
}

const MANAGEMENT: Readonly<Record<Exclude<CallName, 'register'>, (changes: string) => string>> = {
  get: () => 'client = await dcr.get(client)',
  update: (changes) => `client = await dcr.update(client, ${changes})`,
  rotate: () => 'client = await dcr.update(client, {}) // changes nothing, and takes what the server renews',
  delete: () => 'await dcr.delete(client)',
}

function registration(settings: ServerSettings, metadata: string): string {
  const { issuer, profile }: System = SYSTEMS[settings.system]
  const provider = settings.profile ? profile : undefined
  const options = [
    ...(settings.isProtected ? ['initialAccessToken'] : []),
    ...(provider ? [`provider: ${provider.name}`] : []),
    'onWarning',
  ]
  return [
    "import { DcrClient, discover } from 'dcr-client'",
    ...(provider ? [`import { ${provider.name} } from 'dcr-client/providers'`] : []),
    '',
    `const server = await discover('${issuer}')`,
    `const dcr = new DcrClient(server, { ${options.join(', ')} })`,
    `let client = await dcr.register(${metadata})`,
  ].join('\n')
}
