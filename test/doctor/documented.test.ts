import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CHECKS } from '../../src/doctor/checks.js'

test('docs/doctor.md names each check', () => {
  const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8')
  const lacking = Object.keys(CHECKS).filter((name) => !page.includes(`\`${name}\``))
  expect(lacking, 'docs/doctor.md lacks').toEqual([])
})
