import { dirname } from 'node:path'
import { setTimeout } from 'node:timers'
import { isSafeDirectory } from '../disk/directory.js'
import { refuseFolders } from '../disk/kinds.js'
import { take } from '../disk/lock.js'
import { guarded } from '../disk/system-error.js'
import { turns } from '../turns.js'
import type { Journal } from './journal.js'
import { Writer } from './writer.js'

/** Milliseconds for which a process that has ended its work keeps its turn: who works through a list goes on at once. */
const LINGER = 10

/** A part of the turn of this process. */
export interface Share {
  readonly writer: Writer
  release(): void
}

/** Gives all who want to write in this process the same writer, and lets other processes have their turn after the last. */
export class Writers {
  readonly #journal: Journal
  readonly #inTurn = turns()
  #current: Writer | undefined
  #shares = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** @param signal - Ends the wait for other processes. */
  share(signal: AbortSignal): Promise<Share> {
    return this.#inTurn(
      this.#journal.file,
      () =>
        guarded(this.#journal.file, async () => {
          if (!this.#current || this.#current.isLost) {
            this.#current = await this.#taken(signal)
            this.#shares = 0
          }
          return this.#shareOf(this.#current)
        }),
      signal,
    )
  }

  async #taken(signal: AbortSignal): Promise<Writer> {
    const { file } = this.#journal
    // One that was lost is of no use to anybody.
    await this.#current?.end()
    this.#current = undefined
    if (isSafeDirectory(dirname(file), true)) refuseFolders(file)
    for (;;) {
      const writer = new Writer(this.#journal, await take(dirname(file), dirname(file), signal))
      try {
        await writer.begin()
        if (!writer.isLost) return writer
      } catch (error) {
        await writer.end()
        throw error
      }
      await writer.end()
    }
  }

  #shareOf(writer: Writer): Share {
    this.#shares++
    return {
      writer,
      release: () => {
        if (writer !== this.#current || --this.#shares > 0) return
        setTimeout(() => this.#leave(writer), LINGER)
      },
    }
  }

  #leave(writer: Writer): void {
    void this.#inTurn(this.#journal.file, async () => {
      if (writer !== this.#current || this.#shares > 0) return
      this.#current = undefined
      await writer.end()
    })
  }
}
