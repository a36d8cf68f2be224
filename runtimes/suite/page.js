import * as dcr from 'dcr-client'
import * as mcp from 'dcr-client/mcp'
import { smoke } from './index.js'

/* For a page: `run(servers)` resolves for what the suite found. */

globalThis.run = (servers) => smoke({ ...servers, dcr, mcp, webStorage: localStorage })
