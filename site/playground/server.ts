import { DcrClient, type DcrClientOptions, discover } from 'dcr-client'
import { type Operation, type ReferenceServer, referenceServer } from 'dcr-client/testing'
import { type SetupWorker, setupWorker } from 'msw/browser'
import { withBase } from 'vitepress'
import type { ServerSettings } from './settings.js'
import { SYSTEMS, type System } from './systems.js'

/** Long enough to be seen, short enough to be no bother: seconds that a secret lives where secrets expire. */
const HOUR = 3600

/** What a request about clients asks for, by its method. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  POST: 'register',
  GET: 'read',
  PUT: 'update',
  DELETE: 'delete',
}

let starting: Promise<SetupWorker> | undefined

/** Starts the reference server in the service worker, in the place of the last one. */
export async function startServer(settings: ServerSettings): Promise<ReferenceServer> {
  const { isProtected, management, rotateOnUpdate, rotateOnRead, renewSecretOnUpdate } = settings
  const { issuer, like }: System = SYSTEMS[settings.system]
  const server = referenceServer({
    issuer,
    ...(like && { like }),
    registration: isProtected ? 'protected' : 'open',
    management,
    rotateOnUpdate,
    rotateOnRead,
    renewSecretOnUpdate,
    secretLifetime: settings.secretsExpire ? HOUR : 0,
  })
  // One start for all who wait for it: of two servers that were wanted meanwhile, the later answers.
  starting ??= startWorker()
  const worker = await starting
  worker.resetHandlers(...server.handlers)
  return server
}

async function startWorker(): Promise<SetupWorker> {
  const worker = setupWorker()
  const serviceWorker = { url: withBase('/mockServiceWorker.js') }
  await worker.start({ serviceWorker, onUnhandledRequest: 'bypass', quiet: true })
  return worker
}

/** Finds the server as any application would, and makes a client for it. */
export async function connect(
  server: ReferenceServer,
  settings: ServerSettings,
  options: DcrClientOptions,
): Promise<DcrClient> {
  const { profile }: System = SYSTEMS[settings.system]
  return new DcrClient(await discover(server.issuer, options), {
    ...options,
    ...(settings.isProtected && { initialAccessToken: server.issueInitialAccessToken() }),
    ...(settings.profile && profile && { provider: profile.provider }),
  })
}
