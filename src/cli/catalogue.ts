import type { Command } from './command.js'

/** A command before it is loaded: what `dcr --help` shows of it. */
export interface CatalogueEntry {
  readonly name: string
  readonly summary: string
  load(): Promise<{ readonly command: Command }>
}

/** All commands, in the order of the help. A file is loaded when its command is run, so that the others cost nothing. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'discover',
    summary: 'Show the metadata of an authorization server',
    load: () => import('./commands/discover.js'),
  },
  {
    name: 'doctor',
    summary: 'Tell what is at a URL, and what stands in the way of registering',
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'token',
    summary: 'Get an access token by client credentials',
    load: () => import('./commands/token.js'),
  },
  {
    name: 'register',
    summary: 'Register a client, and keep it in the store',
    load: () => import('./commands/register.js'),
  },
  {
    name: 'get',
    summary: 'Read the registration of a client from its server',
    load: () => import('./commands/get.js'),
  },
  {
    name: 'update',
    summary: 'Change a client in place',
    load: () => import('./commands/update.js'),
  },
  {
    name: 'delete',
    summary: 'Delete a client at its server and in the store',
    load: () => import('./commands/delete.js'),
  },
  {
    name: 'list',
    summary: 'List the clients in the store',
    load: () => import('./commands/list.js'),
  },
  {
    name: 'renew',
    summary: 'Renew the secrets that have expired or are about to',
    load: () => import('./commands/renew.js'),
  },
  {
    name: 'orphans',
    summary: 'List, delete or forget clients that nobody uses',
    load: () => import('./commands/orphans.js'),
  },
  {
    name: 'plan',
    summary: 'Show what apply would do, and send nothing',
    load: () => import('./commands/plan.js'),
  },
  {
    name: 'apply',
    summary: 'Have all clients of a manifest registered as it has them',
    load: () => import('./commands/apply.js'),
  },
  {
    name: 'destroy',
    summary: 'Delete all clients of a manifest, at their servers and in the store',
    load: () => import('./commands/destroy.js'),
  },
  {
    name: 'export',
    summary: 'Write a kept client as env file, JSON or Kubernetes Secret',
    load: () => import('./commands/export.js'),
  },
  {
    name: 'reseal',
    summary: 'Save every client in the store once more, encrypted with the first key',
    load: () => import('./commands/reseal.js'),
  },
  {
    name: 'completion',
    summary: 'Print the completion of commands and options for a shell',
    load: () => import('./commands/completion.js'),
  },
]
