export type { OnboardingEvent, OnboardingEventType } from './events.js'
export type {
  Manifest,
  ManifestClient,
  ManifestEndpoints,
  ManifestSecret,
  ManifestServer,
  ManifestToken,
  SecretReference,
} from './manifest.js'
export { ManifestError, type ManifestProblem } from './manifest-error.js'
export { Onboarding, type OnboardingOptions, type RunOptions } from './onboarding.js'
export { checkSecrets, type ParseManifestOptions, parseManifest } from './parsing.js'
export type { ChangedMember, PlannedClient } from './planning.js'
export type { ReadSecret } from './secrets.js'
export type { Shard } from './shard.js'
