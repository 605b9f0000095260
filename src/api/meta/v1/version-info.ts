import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';

/** What `/version` answers. */
export const VersionInfo = message('io.k8s.apimachinery.pkg.version.Info', {
  major: req(0, string, { description: 'Of the version whose API this is' }),
  minor: req(0, string, { description: 'Of the version whose API this is' }),
  emulationMajor: opt(0, string, { description: 'Of the version that is imitated' }),
  emulationMinor: opt(0, string, { description: 'Of the version that is imitated' }),
  minCompatibilityMajor: opt(0, string, { description: 'Of the oldest version that it gets on with' }),
  minCompatibilityMinor: opt(0, string, { description: 'Of the oldest version that it gets on with' }),
  gitVersion: req(0, string),
  gitCommit: req(0, string),
  gitTreeState: req(0, string),
  buildDate: req(0, string),
  goVersion: req(0, string),
  compiler: req(0, string),
  platform: req(0, string),
});
export interface VersionInfo extends Infer<typeof VersionInfo> {}
