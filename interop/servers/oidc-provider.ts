import express from 'express'
import Provider, { type Configuration } from 'oidc-provider'
import type { SetUp, Subject } from '../../test/contract/contract.js'
import { configuration } from '../../test/servers/oidc-provider.js'
import { listen } from './listen.js'

/** An OpenID Provider in an express application, as its documentation mounts it. */
export async function startProvider(
  { registration, management }: Pick<SetUp, 'registration' | 'management'>,
  path = '',
): Promise<Subject> {
  const cookies = { keys: ['a-key-for-the-tests'] }
  const { origin, close } = await listen((origin) => {
    const settings = { ...configuration({ registration, management }), cookies } as Configuration
    const provider = new Provider(`${origin}${path}`, settings)
    return express().use(path || '/', provider.callback())
  })
  return { issuer: `${origin}${path}`, options: { allowInsecureRequests: true }, close }
}
