import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import { connect, createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DcrClient } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { expectRefusedConnects, refusedConnects } from '../network-guard.js'
import { startFaultServer } from '../servers/fault-server.js'
import { readRequest, send } from '../servers/fault-steps.js'
import { CREATED, connect as connectTo, METADATA } from './calling.js'

/* The guard of all tests, which lets none of them connect to another machine. */

const failureOfSocket = async (socket: Socket): Promise<Error> => (await once(socket, 'error'))[0]

describe('a connection to another machine is refused, and counted', () => {
  test.each<[string, () => Socket]>([
    ['192.0.2.1:443', () => connect(443, '192.0.2.1')],
    ['192.0.2.1:443', () => connect({ port: 443, host: '192.0.2.1' })],
    ['192.0.2.1:443', () => new Socket().connect(443, '192.0.2.1')],
    ['192.0.2.1:443', () => tls.connect(443, '192.0.2.1')],
    ['as.example.com:443', () => connect(443, 'as.example.com')],
    ['2001:db8::1:443', () => connect(443, '2001:db8::1')],
    ['0.0.0.0:443', () => connect(443, '0.0.0.0')],
    ['169.254.169.254:80', () => connect(80, '169.254.169.254')],
    ['localhost.example.com:80', () => connect(80, 'localhost.example.com')],
    ['127.0.0.1.example.com:80', () => connect(80, '127.0.0.1.example.com')],
  ])('%s', async (where, open) => {
    expectRefusedConnects(1)
    const error = await failureOfSocket(open())
    expect(error.message).toBe(`refused to connect to ${where}: tests connect to this machine alone`)
    expect(refusedConnects()).toEqual([where])
  })

  test('by fetch', async () => {
    expectRefusedConnects(1)
    const error = await failureOf(fetch('https://as.example.com/'))
    expect(error.cause).toMatchObject({ code: 'ERR_TEST_NETWORK_GUARD' })
  })

  test('by a client of this library', async () => {
    expectRefusedConnects(1)
    const origin = 'https://as.example.com'
    const server = { issuer: origin, registration_endpoint: `${origin}/register` }
    const error = await failureOf(new DcrClient(server).register(METADATA))
    expect(error.code).toBe('network_error')
    expect(refusedConnects()).toEqual(['as.example.com:443'])
  })

  test('by a name that a lookup of its own resolves', async () => {
    expectRefusedConnects(1)
    const lookup: NonNullable<http.RequestOptions['lookup']> = (_hostname, { all }, done) =>
      all ? done(null, [{ address: '192.0.2.1', family: 4 }]) : done(null, '192.0.2.1', 4)
    const error = await failureOfSocket(connect({ host: 'as.example.com', port: 80, lookup }))
    expect(error.message).toContain('as.example.com:80')
  })
})

describe('a connection to this machine is made', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', undefined])('to %s', async (host) => {
    const server = createServer((socket) => socket.end()).listen(0, host === '127.0.0.1' ? host : 'localhost')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const socket = host === undefined ? connect(port) : connect(port, host)
    await once(socket, 'connect')
    socket.destroy()
  })

  test.skipIf(process.platform === 'win32')('by a path', async () => {
    const path = join(tmpdir(), `dcr-client-${process.pid}-${performance.now()}.sock`)
    const server = createServer((socket) => socket.end()).listen(path)
    await once(server, 'listening')
    onTestFinished(async () => {
      server.close()
      await rm(path, { force: true })
    })
    for (const open of [() => connect(path), () => connect({ path })]) {
      const socket = open()
      await once(socket, 'connect')
      socket.destroy()
    }
  })

  test('by a name that a lookup of its own resolves', async () => {
    const server = await startFaultServer([readRequest, send(CREATED)])
    const lookup: NonNullable<http.RequestOptions['lookup']> = (_hostname, { all }, done) =>
      all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
    const request = http.request({
      host: 'as.example.com',
      port: new URL(server.origin).port,
      lookup,
      agent: false,
    })
    const [response] = await once(request.end(), 'response')
    expect(response.statusCode).toBe(201)
    response.resume()
  })

  test('by a client of this library', async () => {
    const server = await startFaultServer([readRequest, send(CREATED)])
    await expect(connectTo(server).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
  })
})
