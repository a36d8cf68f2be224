/** One of the replicas that `replicas.ts` starts: `replica <name> <URL of Redis> <issuer>`. */
import { Registrar } from 'dcr-client'
import { redisStore } from 'dcr-client/stores/redis'
import { createClient } from 'redis'
import { say } from './say.js'

const [name = '', url = '', issuer = ''] = process.argv.slice(2)
const redis = await createClient({ url }).connect()
const registrar = new Registrar({ store: redisStore(redis), allowInsecureRequests: true })

const { client, action } = await registrar.ensure(issuer, { redirect_uris: ['https://app.example.com/cb'] })
say(`Replica ${name}`, `${client.client_id}, action "${action}"`)
await redis.close()
