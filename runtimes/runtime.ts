import type { Project } from './project.js'
import type { Servers } from './servers.js'

/** Of one check of the suite; without a name, of a group that the runtime has nothing for. */
export interface Result {
  readonly group: string
  readonly name?: string
  /** Why the check failed. */
  readonly failure?: string
}

/** What the suite found in a runtime. */
export interface Found {
  readonly version: string
  readonly results: readonly Result[]
}

/** Runs the suite of a project. */
export type Run = (project: Project, servers: Servers) => Promise<Found>

/** What is thrown where a runtime is not on this machine. */
export class Missing extends Error {}
