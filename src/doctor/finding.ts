import type { Finding } from './report.js'

/** What a check says; the name of the check is added by who runs it. */
export type Said = Omit<Finding, 'check'>

export function ok(message: string, next?: string): Said {
  return said('ok', message, next)
}

export function warning(message: string, next?: string): Said {
  return said('warning', message, next)
}

export function problem(message: string, next?: string): Said {
  return said('problem', message, next)
}

export function unknown(message: string, next?: string): Said {
  return said('unknown', message, next)
}

function said(level: Finding['level'], message: string, next: string | undefined): Said {
  return next === undefined ? { level, message } : { level, message, next }
}
