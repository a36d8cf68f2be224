import { expect, test } from 'vitest'
import { hasControlCharacter, printable } from '../../src/printable.js'

test.each([
  [
    'control characters of ASCII',
    '\0\u0008\t\n\r\u001b\u001f',
    '\\u{0}\\u{8}\\u{9}\\u{a}\\u{d}\\u{1b}\\u{1f}',
  ],
  ['DEL and C1', '\u007f\u0080\u009b\u009f', '\\u{7f}\\u{80}\\u{9b}\\u{9f}'],
  [
    'what turns and hides text',
    '\u202e\u200b\u2066\ufeff\u00ad',
    '\\u{202e}\\u{200b}\\u{2066}\\u{feff}\\u{ad}',
  ],
  ['tags', '\u{e0041}', '\\u{e0041}'],
  ['separators of lines and paragraphs', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['halves of characters', 'a\ud800b\udfff', 'a\\u{d800}b\\u{dfff}'],
  ['all that is harmless', ' ~\u00a0é日本語😀\u0301', ' ~\u00a0é日本語😀\u0301'],
  ['nothing', '', ''],
])('%s', (_, text, shown) => {
  expect(printable(text, 100)).toBe(shown)
})

test.each([
  ['what fits is whole', 'abcde', 5, 'abcde'],
  ['what does not is cut', 'abcdef', 5, 'abcde…'],
  ['what fits no more once it is shown is cut too', 'ab\n', 5, 'ab\\u{…'],
  ['what fits exactly once it is shown is whole', 'a\n', 6, 'a\\u{a}'],
  ['a character is not cut in two', 'abc😀', 4, 'abc\\…'],
  ['nor one that was whole before others were shown', '\n😀😀', 6, '\\u{a}…'],
  ['and of others none is harmed', '😀\n', 6, '😀\\u{a…'],
  ['a character that fits is there', 'abc😀', 5, 'abc😀'],
])('%s', (_, text, longest, shown) => {
  expect(printable(text, longest)).toBe(shown)
})

test('what must not stand in a header', () => {
  for (let code = 0; code < 0x200; code++) {
    const isControl = code < 0x20 || (code > 0x7e && code < 0xa0)
    expect(hasControlCharacter(`a${String.fromCharCode(code)}b`), `${code}`).toBe(isControl)
  }
  expect(hasControlCharacter('')).toBe(false)
})
