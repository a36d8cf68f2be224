import { parse } from './url.js'

/** Schemes that run or hold content where a user agent follows them. */
const HARMFUL_SCHEME = /^(javascript|data|vbscript|blob|file|about):$/

/** Whether following it would run or show what it holds. What is no URL at all is not. */
export function isHarmful(text: string): boolean {
  // What most are, and needs no parser.
  if (/^https?:\/\//.test(text)) return false
  return HARMFUL_SCHEME.test(parse(text)?.protocol ?? '')
}
