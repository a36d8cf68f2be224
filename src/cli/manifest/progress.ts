import process from 'node:process'
import type { OnboardingEvent } from '../../onboarding/index.js'
import { printable } from '../../printable.js'

/** Milliseconds between two pictures: more often nobody sees. */
const INTERVAL = 100
/** Characters of a bar, and of the name before it. */
const WIDTH = 24
const LONGEST_NAME = 20

interface ServerProgress {
  readonly all: number
  done: number
  failed: number
  pausedUntil: number
}

/** Shows how far the work at each server is. */
export interface Progress {
  add(event: OnboardingEvent): void
  /** Takes the picture away until it is drawn again: what is written below it would be drawn over. */
  clear(): void
  /** Leaves the last picture. */
  end(): void
}

export const NO_PROGRESS: Progress = { add() {}, clear() {}, end() {} }

/** @param clients - Those that are worked on. */
export async function progressOf(
  clients: readonly { readonly server: { readonly name: string } }[],
): Promise<Progress> {
  const { createLogUpdate } = await import('log-update')
  const draw = createLogUpdate(process.stderr)
  const servers = new Map<string, ServerProgress>()
  for (const { server } of clients) {
    const { all = 0 } = servers.get(server.name) ?? {}
    servers.set(server.name, { all: all + 1, done: 0, failed: 0, pausedUntil: 0 })
  }
  const show = () => draw([...servers].map(([name, progress]) => line(name, progress)).join('\n'))
  const timer = setInterval(show, INTERVAL)
  return {
    add({ type, server: name, seconds }) {
      const server = servers.get(name)
      if (!server) return
      if (seconds !== undefined) server.pausedUntil = performance.now() + seconds * 1000
      else server.done++
      if (type === 'failed') server.failed++
    },
    clear: () => draw.clear(),
    end() {
      clearInterval(timer)
      show()
      draw.done()
    },
  }
}

function line(name: string, { all, done, failed, pausedUntil }: ServerProgress): string {
  const filled = Math.round((done / Math.max(all, 1)) * WIDTH)
  const wait = Math.ceil((pausedUntil - performance.now()) / 1000)
  const parts = [
    printable(name, LONGEST_NAME).padEnd(LONGEST_NAME),
    `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`,
    `${done}/${all}`,
    failed > 0 && `${failed} failed`,
    wait > 0 && done < all && `waits ${wait} s`,
  ]
  return parts.filter(Boolean).join('  ')
}
