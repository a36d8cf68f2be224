export { diagnose } from './diagnose.js'
export type { DiagnoseOptions } from './options.js'
export type {
  Finding,
  LeftOver,
  LeftOverClient,
  Level,
  Place,
  Report,
  ResourceReport,
  ServerReport,
} from './report.js'
export { reportText } from './text.js'
