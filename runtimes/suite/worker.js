import * as dcr from 'dcr-client'
import * as mcp from 'dcr-client/mcp'
import { smoke } from './index.js'

/* For a worker, which is sent the servers as JSON, and answers with what the suite found. */

export default {
  async fetch(request) {
    return Response.json(await smoke({ ...(await request.json()), dcr, mcp }))
  },
}
