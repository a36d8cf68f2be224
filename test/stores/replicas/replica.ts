import process from 'node:process'
import { type Connected, stores } from './stores.js'
import { COUNT, KEY, type Work } from './work.js'

/** One of several processes that share a store: `replica <kind> <url>`. It does what it is sent, until it is let go. */
const [kind, url = ''] = process.argv.slice(2)

stores[kind as keyof typeof stores](url).then(({ store, close }: Connected) => {
  const increase = async (): Promise<boolean> => {
    const found = (await store.get(KEY)) ?? { issuer: 'https://as.example.com', clockOffset: 0 }
    const next = { ...found, clockOffset: Number(found.clockOffset) + 1 }
    return (await store.set(KEY, next)) !== undefined
  }
  const works: Record<Work, () => Promise<unknown>> = {
    async 'increase under lock'() {
      for (let count = 0; count < COUNT; count++) {
        if (!(await store.lock(KEY, increase))) throw new Error('what is locked was changed by another')
      }
    },
    async 'increase by comparing'() {
      for (let count = 0; count < COUNT; ) if (await increase()) count++
    },
    'hold until killed': () =>
      new Promise((held) => store.lock(KEY, () => new Promise(() => held('for ever')))),
  }
  process.on('message', async (work: Work) => {
    await works[work]()
    process.send?.('done')
  })
  process.on('disconnect', close)
  process.send?.('ready')
})
