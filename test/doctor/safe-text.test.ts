import { expect, test } from 'vitest'
import { safeText } from '../../src/doctor/safe-text.js'

/* What may stand in a bug report. */

test.each([
  ['at https://as.example.com/a?token=abc#x.', 'at https://as.example.com/a?…#….'],
  ['at https://as.example.com.', 'at https://as.example.com.'],
  ['at https://as.example.com/, then', 'at https://as.example.com/, then'],
  ['at HTTPS://AS.example.com:443/A/../b', 'at HTTPS://AS.example.com:443/A/../b'],
  ['at https:\\\\me:pass@as.example.com', 'at https:\\\\me:pass@as.example.com'],
  ['(https://me:pass@as.example.com/a)', '(https://…@as.example.com/a)'],
  ['postgres://me:pass@db/x', 'postgres://…@db/x'],
  ['https://me:pass@[broken', 'https://…'],
  ['a secret-0123456789, twice: secret-0123456789', 'a [secret], twice: [secret]'],
  ['red \u001b[31m and \u202e', 'red \\u{1b}[31m and \\u{202e}'],
])('%s', (text, shown) => {
  expect(safeText(text, ['secret-0123456789', 'abc'])).toBe(shown)
})

test('text of any length is bounded', () => {
  expect(safeText('x'.repeat(100_000)).length).toBe(1001)
})
