#!/usr/bin/env node
import { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { flagValues } from './commands/flag-values.ts';
import { clusterOption, dataDirOption } from './commands/options.ts';

/** The `knarr` command. Each command's code is loaded when it is called. */
const program = new Command('knarr')
  .description('Kubernetes, complete, in one process')
  .version('0.1.0')
  .showHelpAfterError('(knarr --help lists the commands)');

program
  .command('up')
  .description('start a cluster')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .option('--api-host <address>', 'address the API server listens on', '127.0.0.1')
  .option('--api-port <port>', 'port of the API server; 0 takes a free one', '6443')
  .option('--datastore <store>', 'where objects are kept', 'lmdb')
  .option('--runtime <engine>', 'container engine: auto, oci or none', 'auto')
  .option('--simulated-nodes <number>', 'nodes that run nothing and report everything', '0')
  .option('--simulation-config <file>', 'simulated nodes in detail, and how their pods live')
  .option(
    '--simulated-from <file>',
    'a snapshot, or what kubectl get -A -o yaml printed, to go on from with simulated nodes',
  )
  .option('--cluster-cidr <cidr>', "addresses of all nodes' pods", '10.244.0.0/16')
  .option('--node-cidr-mask-size <bits>', "length of the prefix of each node's part of them", '24')
  .option('--controllers <names>', 'controllers that run: foo, -foo for not foo, * for all that do by default', '*')
  .option('--leader-elect', 'controllers and scheduler act only while they hold their Leases')
  .option('--node-name <name>', 'name of the local node; default the host name')
  .option('--kubeconfig <file>', 'kubeconfig that the cluster is added to; default the one kubectl uses')
  .option('--detach', 'return when the cluster is ready and leave it running')
  .option('--log-level <level>', 'error, warn, info or debug', 'warn')
  .option('--audit-policy <file>', 'which requests are written to the audit log')
  .option('--audit-log <file>', 'the audit log, one JSON text a line')
  .option('--audit-log-maxsize <megabytes>', 'size at which the audit log is put aside; 0 means never', '100')
  .option('--audit-log-maxage <days>', 'how long audit logs put aside are kept; 0 means for good', '366')
  .option('--audit-log-maxbackup <number>', 'audit logs put aside that are kept; 0 keeps all', '100')
  .option('--audit-log-compress', 'compress audit logs put aside')
  .option('--audit-log-truncate-enabled', 'leave the objects out of events that are too large for the audit log')
  .option('--audit-log-truncate-max-event-size <bytes>', 'size from which an event is too large', '102400')
  .option('--audit-log-truncate-max-batch-size <bytes>', 'size of the events that are written at once', '10485760')
  .option('--audit-webhook-config-file <file>', 'a kubeconfig that names a service that takes audit events')
  .option('--audit-webhook-mode <mode>', 'whether requests wait for it: batch, blocking or blocking-strict', 'batch')
  .option('--audit-webhook-initial-backoff <duration>', 'how long to wait before events are sent again', '10s')
  .option('--audit-webhook-truncate-enabled', 'leave the objects out of events that are too large to be sent')
  .option('--audit-webhook-truncate-max-event-size <bytes>', 'size from which an event is too large', '102400')
  .option('--audit-webhook-truncate-max-batch-size <bytes>', 'size of the events that are sent at once', '10485760')
  .option('--audit-webhook-batch-max-size <number>', 'events that are sent at once', '400')
  .option('--audit-webhook-batch-max-wait <duration>', 'how long an event waits for others', '30s')
  .option('--audit-webhook-batch-buffer-size <number>', 'events kept while they cannot be sent', '10000')
  .option('--authentication-config <file>', 'issuers of ID tokens, and paths that need no credentials')
  .option('--oidc-issuer-url <url>', 'an issuer of ID tokens; the same for one issuer as a configuration file')
  .option('--oidc-client-id <id>', 'whom its tokens must be for')
  .option('--oidc-ca-file <file>', 'authorities that sign its certificate; default those of the system')
  .option('--oidc-username-claim <claim>', 'claim that names the user; default sub')
  .option('--oidc-username-prefix <prefix>', "put before names; - for nothing; default the issuer's URL and #")
  .option('--oidc-groups-claim <claim>', 'claim that names groups')
  .option('--oidc-groups-prefix <prefix>', 'put before groups')
  .option('--oidc-required-claim <claim=value...>', 'claims that tokens must have')
  .option('--oidc-signing-algs <names>', 'what tokens may be signed with; default RS256')
  .option('--token-auth-file <file>', 'tokens with their users, one a line: token,user,uid,"group1,group2"')
  .option(
    '--authentication-token-webhook-config-file <file>',
    'a kubeconfig that names a service that knows whose tokens are whose',
  )
  .option('--authentication-token-webhook-version <version>', 'version of the TokenReviews it is asked', 'v1beta1')
  .option('--authentication-token-webhook-cache-ttl <duration>', 'how long its answers are believed', '2m')
  .option('--requestheader-client-ca-file <file>', 'authority of proxies that say in headers for whom they ask')
  .option('--requestheader-allowed-names <names>', 'common names such proxies may have; any when absent')
  .option('--authorization-config <file>', 'who decides, in which order: an AuthorizationConfiguration')
  .option(
    '--authorization-mode <modes>',
    'who decides: AlwaysAllow, AlwaysDeny, Node, RBAC, Webhook; default Node,RBAC',
  )
  .option('--authorization-webhook-config-file <file>', 'a kubeconfig that names a service that decides who may')
  .option('--authorization-webhook-version <version>', 'version of the SubjectAccessReviews it is asked', 'v1beta1')
  .option('--authorization-webhook-cache-authorized-ttl <duration>', 'how long what it allows is believed', '5m')
  .option('--authorization-webhook-cache-unauthorized-ttl <duration>', 'how long anything else is believed', '30s')
  .option('--enable-admission-plugins <names>', 'admission plugins that run beside the default ones')
  .option('--disable-admission-plugins <names>', 'admission plugins that do not run although they do by default')
  .option('--admission-control-config-file <file>', 'what admission plugins are told: an AdmissionConfiguration')
  .option('--feature-gates <names>', 'features to turn on: Name=true, several with commas')
  .option('--encryption-config <file>', 'which resources are encrypted in the store, and how')
  .option('--encryption-config-automatic-reload', 'read that file again when it changes')
  .option('--scheduler-config <file>', 'profiles of the scheduler: a KubeSchedulerConfiguration')
  .option('--event-ttl <duration>', 'how long events are kept', '1h')
  .option(
    '--shutdown-delay <duration>',
    'how long a cluster that stops serves on while it says that it is not ready',
    '0s',
  )
  .action(async (options, command) => (await import('./commands/up.ts')).up(options, flagValues(command)));

program
  .command('down')
  .description('stop a cluster; its data and, until it is deleted, its containers stay')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (options) => (await import('./commands/down.ts')).down(options));

program
  .command('status')
  .description('tell whether a cluster runs, and how it is')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (options) => (await import('./commands/status.ts')).status(options));

program
  .command('delete')
  .description('stop a cluster and delete all it kept')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .option('--kubeconfig <file>', 'one more kubeconfig to take the cluster out of; those that up added it to are known')
  .action(async (options) => (await import('./commands/delete.ts')).deleteCluster(options));

const image = program.command('image').description('images on the local node');
image
  .command('import <path>')
  .description('import a docker-archive, an OCI archive or an OCI layout directory')
  .option('--tag <reference>', 'the name to give the image')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (path, options) => (await import('./commands/image.ts')).importImage(path, options));
image
  .command('list')
  .alias('ls')
  .description('list images')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (options) => (await import('./commands/image.ts')).listImages(options));
image
  .command('remove <reference>')
  .alias('rm')
  .description('remove an image')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (reference, options) => (await import('./commands/image.ts')).removeImage(reference, options));

const snapshot = program.command('snapshot').description('all objects of a cluster in a file');
snapshot
  .command('save <file>')
  .description('write a snapshot of a cluster, running or not')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (file, options) => (await import('./commands/snapshot.ts')).save(file, options));
snapshot
  .command('restore <file>')
  .description('put a snapshot in the place of the objects of a stopped cluster')
  .option('--overwrite', 'replace the objects that are there')
  .addOption(clusterOption())
  .addOption(dataDirOption())
  .action(async (file, options) => (await import('./commands/snapshot.ts')).restore(file, options));

// Timers of the injected clock keep no process alive; a command does, until it is done.
const alive = setInterval(() => {}, 1 << 30);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  console.error(`knarr: ${error.message}`);
  process.exitCode = error.exitCode;
} finally {
  clearInterval(alive);
}
