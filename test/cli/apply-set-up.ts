import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A manifest of some clients at one server, in the folder. */
export function writeManifest(folder: string, issuer: string, count: number, more = ''): string {
  const clients = Array.from({ length: count }, (_, index) =>
    [
      `  client-${index + 1}:`,
      '    server: bank',
      '    metadata:',
      `      client_name: App ${index + 1}`,
      `      redirect_uris: [https://app-${index + 1}.example.com/cb]`,
    ].join('\n'),
  )
  const text = `version: 1\nservers:\n  bank:\n    issuer: ${issuer}\n${more}clients:\n${clients.join('\n')}\n`
  writeFileSync(join(folder, 'clients.yaml'), text)
  return 'clients.yaml'
}
