import { describe, expect, test } from 'vitest'
import { bearerChallenge } from '../../src/mcp/challenge.js'

const U = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'

describe('E077 only a parameter of a Bearer challenge counts, by the grammar', () => {
  const cases: [name: string, header: string, url: string | undefined][] = [
    ['the usual one', `Bearer resource_metadata="${U}"`, U],
    ['any case of the scheme and the name', `bEARER Resource_Metadata="${U}"`, U],
    ['other parameters around it', `Bearer realm="a, b", resource_metadata="${U}", scope="x"`, U],
    ['spaces where the grammar has them', `Bearer realm = "a" ,, resource_metadata\t=\t"${U}"`, U],
    ['another challenge before it', `Basic realm="x", Bearer resource_metadata="${U}"`, U],
    ['a token before it', `Negotiate YWJj==, Bearer resource_metadata="${U}"`, U],
    ['a scheme alone before it', `Negotiate, Bearer resource_metadata="${U}"`, U],
    ['two Bearer challenges', `Bearer resource_metadata="${U}", Bearer resource_metadata="https://b"`, U],
    ['one parameter twice', `Bearer resource_metadata="${U}", resource_metadata="https://evil.example"`, U],
    ['escapes', `Bearer realm="a\\"b, resource_metadata=\\"x", resource_metadata="${U}"`, U],
    ['no quotes', `Bearer resource_metadata=${U}, scope=x`, U],
    ['no commas', `Bearer realm="x" resource_metadata="${U}" scope="x"`, U],
    ['within the value of another', `Bearer realm="resource_metadata=https://evil.example"`, undefined],
    ['of another scheme', `Basic resource_metadata="https://evil.example"`, undefined],
    ['behind another scheme', `Bearer, Basic resource_metadata="https://evil.example"`, undefined],
    ['a name that ends like it', `Bearer x_resource_metadata="https://evil.example"`, undefined],
    ['a quote without an end', `Bearer resource_metadata="https://evil.example`, undefined],
    ['no challenge', '', undefined],
    ['no grammar', '=?=,"",', undefined],
  ]
  test.each(cases)('%s', (_name, header, url) => {
    expect(bearerChallenge(header)?.resource_metadata).toBe(url)
  })

  test('the scopes of the same challenge', () => {
    const header = `Basic scope="a", Bearer error="insufficient_scope", scope="b c"`
    expect(bearerChallenge(header)).toEqual({ resource_metadata: undefined, scope: 'b c' })
  })

  test('what was read before the grammar ended counts', () => {
    expect(bearerChallenge('Bearer scope="a", ???"')).toEqual({ resource_metadata: undefined, scope: 'a' })
  })

  const long = 64 * 1024
  test.each([
    ['quote', `Bearer realm="${'x'.repeat(long)}`],
    ['escapes', `Bearer realm="${'\\"'.repeat(long / 2)}`],
    ['spaces', `Bearer${' '.repeat(long)}=`],
    ['commas', `Bearer ${','.repeat(long)}"`],
    ['schemes', 'a '.repeat(long / 2)],
    ['parameters', `Bearer ${'a=b, '.repeat(long / 5)}"`],
    ['token', `Negotiate ${'a'.repeat(long)}"`],
    ['equals signs', `Negotiate ${'='.repeat(long)}"`],
  ])('64 KB of %s are read in linear time', (_name, header) => {
    const begun = process.cpuUsage()
    bearerChallenge(header)
    // Milliseconds of the processor, as others use the machine too. Linear is a few, and quadratic several seconds.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000)
  })
})
