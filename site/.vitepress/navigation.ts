import type { DefaultTheme } from 'vitepress'
import { documents, placeOf, titleOf } from './documents.js'
import { entries } from './entries.js'

/** The documents in the order in which they are read. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Start', ['docs/getting-started.md', 'README.md', 'docs/migration.md']],
  [
    'Agent runtimes',
    ['docs/guides/agent-runtimes.md', 'docs/mcp.md', 'docs/cimd.md', 'docs/agent-runtimes.md'],
  ],
  [
    'Third-party providers',
    [
      'docs/guides/third-party-idps.md',
      'docs/providers/README.md',
      'docs/providers/hydra.md',
      'docs/providers/simpleidserver.md',
      'docs/providers/awork.md',
      'docs/providers/profiles.md',
      'docs/openid-client.md',
    ],
  ],
  [
    'Onboarding from scripts',
    [
      'docs/guides/scripted-onboarding.md',
      'docs/tutorial.md',
      'docs/manifest.md',
      'docs/cli.md',
      'docs/doctor.md',
    ],
  ],
  ['The library', ['docs/registering.md', 'docs/stores.md', 'docs/errors.md', 'docs/testing.md']],
  ['In production', ['docs/guarded-fetch.md', 'docs/security.md']],
]

/** What is not in a list stands below these, so that no document is ever without a place. */
const REST = 'The project'

function itemOf(document: string): DefaultTheme.SidebarItem {
  const text = document === 'README.md' ? 'Overview' : titleOf(document)
  return { text, link: `/${placeOf(document).replace(/(index)?\.md$/, '')}` }
}

/** The documents, in their groups. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  const listed = GROUPS.flatMap(([, names]) => names)
  const rest = documents().filter((document) => !listed.includes(document))
  return [...GROUPS, [REST, rest] as const].map(([text, names]) => ({ text, items: names.map(itemOf) }))
}

/** The API reference: the entries of the package, and what they share. */
export function apiSidebar(): DefaultTheme.SidebarItem[] {
  const names = [...entries().keys(), 'Members on the wire']
  return [
    {
      text: 'API reference',
      items: names.map((text) => ({ text, link: `/api/${text.replaceAll(' ', '-')}` })),
    },
  ]
}
