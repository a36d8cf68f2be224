import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { freePort } from '../servers/free-port.js'
import { type Block, blocksOf, commandsOf, nameOf, openSession, type Session } from './document-session.js'
import { MANY_PROCESSES } from './run-dcr.js'

/* Documents about commands, done as a reader would: each file saved, each command typed, each answer compared. */

/** Identifiers and ports differ from run to run, and with them the width of columns. */
const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g
const inAnyRun = (text: string) => text.replace(UUID, 'a-client-id').replace(/ {2,}/g, '  ')

async function type(session: Session, block: Block): Promise<void> {
  for (const { command, shown } of commandsOf(block)) {
    const { code, output } = await session.run(command)
    expect([command, code, inAnyRun(output)]).toEqual([command, 0, inAnyRun(shown)])
  }
}

test('docs/getting-started.md', { timeout: MANY_PROCESSES }, async () => {
  const port = await freePort()
  const onPort = (text: string) => text.replaceAll('8080', `${port}`)
  const session = openSession({})
  for (const { language, code } of blocksOf('docs/getting-started.md')) {
    const block = { language, code: onPort(code) }
    const name = nameOf(block)
    if (name) writeFileSync(join(session.folder, name), block.code)
    else if (!code.startsWith('$ node server.mjs')) await type(session, block)
    else {
      const [{ command, shown } = { command: '', shown: 'nothing' }] = commandsOf(block)
      expect(await session.start(command)).toBe(shown)
    }
  }
})

const ISSUER = 'https://as.example.com'

/** The manifest and the script of the guide, in a folder, and the server that the manifest names. */
async function onboarding() {
  const server = await startAuthorizationServer()
  const blocks = blocksOf('docs/guides/scripted-onboarding.md').map(({ language, code }) => ({
    language,
    code: code.replaceAll(ISSUER, server.origin),
  }))
  const session = openSession({ REGISTRATION_TOKEN: 'a-token', DCR_STORE: 'file:clients' }, true)
  for (const block of blocks) {
    const name = nameOf(block)
    if (name && !name.includes('/')) writeFileSync(join(session.folder, name), block.code)
  }
  const yaml = (name: string) => parse(blocks.find((block) => nameOf(block) === name)?.code ?? '')
  return { server, blocks, session, yaml }
}

test('docs/guides/scripted-onboarding.md: its commands', { timeout: MANY_PROCESSES }, async () => {
  const { server, blocks, session } = await onboarding()
  for (const block of blocks) if (block.language === 'console') await type(session, block)
  expect(server.asked).toBe('POST POST DELETE DELETE')
})

test('docs/guides/scripted-onboarding.md: its workflow and its job', {
  timeout: MANY_PROCESSES,
}, async () => {
  const { server, session, yaml } = await onboarding()
  const { steps } = yaml('.github/workflows/clients.yaml').jobs.apply
  const [container] = yaml('clients-cronjob.yaml').spec.jobTemplate.spec.template.spec.containers
  const commands: string[] = [
    ...steps.flatMap(({ run }: { run?: string }) => run ?? []),
    container.command.join(' '),
  ]
  expect(commands).toHaveLength(4)
  for (const command of commands) {
    const { code, output } = await session.run(command)
    expect([command, code, output]).toEqual([command, 0, output])
  }
  // The job found everything done by the workflow.
  expect(server.asked).toBe('POST POST')
})
