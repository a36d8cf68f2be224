/** Where texts are kept under keys: what differs from store to store, and nothing else. */
export interface Backend {
  read(key: string): Promise<string | undefined>
  /** All texts, in any order. */
  list(): Promise<Found[]>
  /**
   * Waits until nobody else holds the key: no other process, and nobody else in this one.
   *
   * @param signal - Ends the wait. It rejects then: with a `DcrError` where it knows what it has waited for.
   */
  hold(key: string, signal: AbortSignal): Promise<Hold>
  /** Removes what is left of texts that were replaced or removed. Absent where nothing is. */
  readonly compact?: () => Promise<void>
  /** Where the text of the key lies, for people: the path of a file, the name of a row. */
  place(key: string): string
}

/** A text that lies somewhere. */
export interface Found {
  readonly place: string
  readonly text: string
  /** Under which it lies, where the place tells. */
  readonly key?: string
}

/** A key that is held. If it is lost to another, because this process was silent for too long, it writes no more. */
export interface Hold {
  read(): Promise<string | undefined>
  /** Durable, and all or nothing. @returns Whether the key was still held: if not, nothing was written. */
  write(text: string): Promise<boolean>
  /** @returns Whether the key was still held: if not, nothing was removed. */
  remove(): Promise<boolean>
  /** Never rejects for a hold that was lost. */
  release(): Promise<void>
}
