import type { DcrError } from '../errors.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { Done, Surroundings, TaskServer } from './client-task.js'
import type { ManifestClient } from './manifest.js'
import type { OpenedServer } from './opened-server.js'
import { Pace } from './pace.js'
import { Passage, Passages } from './passage.js'
import { isUnreachable, Patience } from './patience.js'
import { asDcrError } from './unexpected.js'

/** The work at one server, which nothing at another holds up. */
export class ServerWork {
  readonly #opened: OpenedServer
  readonly #clients: Iterator<ManifestClient>
  readonly #again: ManifestClient[] = []
  readonly #unsaved: { readonly client: ManifestClient; readonly error: DcrError }[] = []
  readonly #around: Surroundings
  readonly #pace: Pace
  readonly #patience: Patience
  readonly #passages = new Passages()
  #isStopped = false
  /** Whether clients were left because all was stopped. */
  isCutShort = false

  constructor(opened: OpenedServer, clients: Iterable<ManifestClient>, around: Surroundings) {
    this.#opened = opened
    this.#clients = clients[Symbol.iterator]()
    this.#around = around
    this.#pace = new Pace(opened.server.concurrency)
    this.#patience = new Patience(around.budget)
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#opened.server.concurrency }, () => this.#work()))
    await this.#saveUnsaved()
  }

  /** Begins nothing any more. What was sent is finished and saved. */
  stop(why: unknown): void {
    this.#isStopped = true
    this.#pace.stop()
    this.#passages.stop(why)
  }

  /** Gives up what was sent, too. */
  abort(why: unknown): void {
    this.stop(why)
    this.#passages.abort(why)
  }

  async #work(): Promise<void> {
    for (;;) {
      const client = this.#again.shift() ?? this.#nextOne()
      if (!client) return
      if (!(await this.#pace.enter())) {
        this.isCutShort = true
        return
      }
      await this.#one(client)
      this.#pace.leave()
    }
  }

  #nextOne(): ManifestClient | undefined {
    const { done, value } = this.#clients.next()
    if (done) return undefined
    this.#around.budget.earn()
    return value
  }

  async #one(client: ManifestClient): Promise<void> {
    try {
      const done = await this.#try(client)
      this.#patience.succeeded(done.type !== 'unchanged' && done.type !== 'absent')
      this.#pace.succeeded()
      await this.#tell(client, done)
    } catch (error) {
      await this.#failed(client, asDcrError(error))
    }
  }

  #try(client: ManifestClient, hasUnsaved = false): Promise<Done> {
    const passage = new Passage((seconds) => this.#pause('slowed', seconds))
    const server = this.#asTaskServer(hasUnsaved)
    return this.#passages.with(passage, (options) => this.#around.task(client, server, options))
  }

  #asTaskServer(hasUnsaved: boolean): TaskServer {
    const { credentials } = this.#opened
    const begin = () => {
      if (this.#patience.givenUp && !hasUnsaved) throw this.#patience.givenUp
    }
    return { credentials, begin, metadata: () => this.#metadata() }
  }

  #metadata(): Promise<AuthorizationServerMetadata> {
    return this.#opened.metadata().catch((error: DcrError) => {
      // It was asked more than once already, as far as that is of use.
      if (!this.#isStopped) this.#patience.giveUp(error)
      throw error
    })
  }

  async #failed(client: ManifestClient, error: DcrError): Promise<void> {
    const { code, outcome } = error
    const isUndone = outcome === 'not_sent' || outcome === 'rejected'
    if (this.#isStopped && isUndone && (code === 'aborted' || isUnreachable(error))) {
      this.isCutShort = true
      return
    }
    const again = this.#patience.again(error)
    if (again) {
      if (again.pause) this.#pause(again.pause.type, again.pause.seconds)
      this.#again.push(client)
      return
    }
    this.#patience.failed(error)
    // Only this process has what the server gave, and the store may work again when the others are done.
    if (outcome === 'applied' && /^store_(?!conflict)/.test(code)) this.#unsaved.push({ client, error })
    else await this.#tell(client, { type: 'failed', error })
  }

  #pause(type: 'slowed' | 'waiting', seconds: number): void {
    if (!this.#pace.pause(seconds * 1000)) return
    this.#patience.paused()
    const { name: server, issuer } = this.#opened.server
    void this.#around.tell({ type, server, issuer, seconds })
  }

  async #saveUnsaved(): Promise<void> {
    for (const { client, error } of this.#unsaved) {
      const saved = await this.#try(client, true).catch(() => undefined)
      const type = error.endpoint?.startsWith('PUT ') ? 'updated' : 'registered'
      const done = saved?.type === 'unchanged' ? ({ ...saved, type } as const) : saved
      await this.#tell(client, done ?? { type: 'failed', error })
    }
  }

  #tell({ name }: ManifestClient, done: Done): Promise<void> {
    const { name: server, issuer } = this.#opened.server
    return this.#around.tell({ ...done, server, issuer, name })
  }
}
