import type { PlanAction, PlanReason } from '../registrar/plan.js'
import type { Registrar } from '../registrar/registrar.js'
import type { ClientTask } from './client-task.js'
import type { OnboardingEventType } from './events.js'

const TYPES: Record<PlanAction, OnboardingEventType> = {
  none: 'unchanged',
  register: 'registered',
  update: 'updated',
  replace: 'replaced',
}

/** Has each client there as the manifest has it. The server is asked for its metadata only if there is something to do. */
export function applying(registrar: Registrar): ClientTask {
  return async ({ name, server: { issuer }, metadata }, server, passage) => {
    const discover = () => {
      server.begin()
      return server.metadata()
    }
    const options = { ...server.credentials, ...passage, name, discover }
    const { action, reasons, client, notRenewed } = await registrar.ensure(issuer, metadata, options)
    if (notRenewed) return { type: 'failed', client_id: client.client_id, error: notRenewed }
    const type = isForSecret(reasons) ? 'renewed' : TYPES[action]
    return { type, client_id: client.client_id, ...(reasons.length > 0 && { reasons }) }
  }
}

/** Whether nothing but the end of its secret is a reason to do something about a client. */
export function isForSecret(reasons: readonly PlanReason[]): boolean {
  return reasons.length > 0 && reasons.every((reason) => reason.startsWith('secret_'))
}
