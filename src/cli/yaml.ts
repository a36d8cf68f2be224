// One file imports the package, and is itself imported when it is needed: a bundler makes names of what is CommonJS.
export {
  Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
} from 'yaml'
