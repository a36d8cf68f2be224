import { contract } from '../test/contract/contract.js'
import { startSolidServer } from './servers/community-solid-server.js'

contract('Community Solid Server', {
  registration: 'open',
  management: 'read',
  authorization: 'asks',
  // A token must name a WebID, and a client of its own has none.
  tokenRefusal: 'server_error',
  start: startSolidServer,
})
