import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is at a path: a document, an answer made by hand, or nothing ever. Anything else is 404. */
export type Served = object | ((response: ServerResponse) => void) | 'silence'

export interface DocumentServer {
  readonly origin: string
  /** Paths in the order in which they were asked for. */
  readonly asked: string[]
  /** Paths whose request was given up by the client before it was answered. */
  readonly cancelled: string[]
  serve(documents: Record<string, Served>): void
  close(): Promise<void>
}

/** A server of documents on a free loopback port. */
export async function startDocumentServer(): Promise<DocumentServer> {
  let documents: Record<string, Served> = {}
  const asked: string[] = []
  const cancelled: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    response.on('close', () => response.writableEnded || cancelled.push(path))
    const served = documents[path]
    if (served === 'silence') return
    if (typeof served === 'function') return served(response)
    response.writeHead(served ? 200 : 404, { 'content-type': 'application/json' })
    response.end(served ? JSON.stringify(served) : '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cancelled,
    serve(next) {
      documents = next
      asked.length = 0
      cancelled.length = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
