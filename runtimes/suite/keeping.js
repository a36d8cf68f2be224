import { assertEqual } from './check.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'Kept' }

/** What a `Registrar` does with a kind of store. `open` opens the same one anew, as another process would. */
export const keeping = (open) => ({
  async 'gives a second Registrar the client, with no request'(given) {
    const first = registrarOf(given, open(given))
    const { client, action } = await first.registrar.ensure(given.origin, METADATA)
    assertEqual(action, 'register', 'what the first did')
    const second = registrarOf(given, open(given))
    const kept = await second.registrar.ensure(given.origin, METADATA)
    assertEqual(kept.action, 'none', 'what the second did')
    assertEqual(kept.client.client_id, client.client_id, 'client_id')
    assertEqual(second.requests(), 0, 'the number of its requests')
    await second.registrar.remove(given.origin)
    const plan = await first.registrar.plan(given.origin, METADATA)
    assertEqual(plan.action, 'register', 'what is planned when it is removed')
  },

  async 'registers once for two that ask at the same time'(given) {
    const [first, second] = [registrarOf(given, open(given)), registrarOf(given, open(given))]
    const ensured = await Promise.all(
      [first, second].map(({ registrar }) => registrar.ensure(given.origin, METADATA)),
    )
    const actions = ensured.map(({ action }) => action)
    assertEqual(actions.sort().join(), 'none,register', 'what they did')
    assertEqual(ensured[0].client.client_id, ensured[1].client.client_id, 'client_id')
    await first.registrar.remove(given.origin)
  },

  async 'changes the client in place'(given) {
    const { registrar } = registrarOf(given, open(given))
    const { client } = await registrar.ensure(given.origin, METADATA)
    const changed = await registrar.ensure(given.origin, { ...METADATA, client_name: 'Kept 2' })
    assertEqual(changed.action, 'update', 'what it did')
    assertEqual(changed.client.client_id, client.client_id, 'client_id')
    assertEqual((await registrar.orphans()).length, 0, 'the number of orphans')
    await registrar.remove(given.origin)
  },
})

function registrarOf({ dcr }, store) {
  let requests = 0
  const registrar = new dcr.Registrar({
    store,
    allowInsecureRequests: true,
    fetch(request) {
      requests++
      return fetch(request)
    },
  })
  return { registrar, requests: () => requests }
}
