import {
  enumeration,
  type Infer,
  inline,
  int32,
  int64,
  intOrString,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';

export const ExecAction = message('io.k8s.api.core.v1.ExecAction', {
  command: opt(1, list(string)),
});
export interface ExecAction extends Infer<typeof ExecAction> {}

export const GRPCAction = message('io.k8s.api.core.v1.GRPCAction', {
  port: req(1, int32),
  service: ptr(2, string, { default: '' }),
});
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const HTTPHeader = message('io.k8s.api.core.v1.HTTPHeader', {
  name: req(1, string),
  value: req(2, string),
});
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const HTTPGetAction = message('io.k8s.api.core.v1.HTTPGetAction', {
  path: opt(1, string),
  port: req(2, intOrString),
  host: opt(3, string),
  scheme: opt(4, enumeration('HTTP', 'HTTPS')),
  httpHeaders: opt(5, list(HTTPHeader)),
});
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const TCPSocketAction = message('io.k8s.api.core.v1.TCPSocketAction', {
  port: req(1, intOrString),
  host: opt(2, string),
});
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const SleepAction = message('io.k8s.api.core.v1.SleepAction', {
  seconds: req(1, int64),
});
export interface SleepAction extends Infer<typeof SleepAction> {}

export const LifecycleHandler = message('io.k8s.api.core.v1.LifecycleHandler', {
  exec: ptr(1, ExecAction),
  httpGet: ptr(2, HTTPGetAction),
  tcpSocket: ptr(3, TCPSocketAction),
  sleep: ptr(4, SleepAction),
});
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const Lifecycle = message('io.k8s.api.core.v1.Lifecycle', {
  postStart: ptr(1, LifecycleHandler),
  preStop: ptr(2, LifecycleHandler),
  stopSignal: ptr(
    3,
    enumeration(
      'SIGABRT',
      'SIGALRM',
      'SIGBUS',
      'SIGCHLD',
      'SIGCLD',
      'SIGCONT',
      'SIGFPE',
      'SIGHUP',
      'SIGILL',
      'SIGINT',
      'SIGIO',
      'SIGIOT',
      'SIGKILL',
      'SIGPIPE',
      'SIGPOLL',
      'SIGPROF',
      'SIGPWR',
      'SIGQUIT',
      'SIGSEGV',
      'SIGSTKFLT',
      'SIGSTOP',
      'SIGSYS',
      'SIGTERM',
      'SIGTRAP',
      'SIGTSTP',
      'SIGTTIN',
      'SIGTTOU',
      'SIGURG',
      'SIGUSR1',
      'SIGUSR2',
      'SIGVTALRM',
      'SIGWINCH',
      'SIGXCPU',
      'SIGXFSZ',
      'SIGRTMIN',
      'SIGRTMIN+1',
      'SIGRTMIN+2',
      'SIGRTMIN+3',
      'SIGRTMIN+4',
      'SIGRTMIN+5',
      'SIGRTMIN+6',
      'SIGRTMIN+7',
      'SIGRTMIN+8',
      'SIGRTMIN+9',
      'SIGRTMIN+10',
      'SIGRTMIN+11',
      'SIGRTMIN+12',
      'SIGRTMIN+13',
      'SIGRTMIN+14',
      'SIGRTMIN+15',
      'SIGRTMAX-14',
      'SIGRTMAX-13',
      'SIGRTMAX-12',
      'SIGRTMAX-11',
      'SIGRTMAX-10',
      'SIGRTMAX-9',
      'SIGRTMAX-8',
      'SIGRTMAX-7',
      'SIGRTMAX-6',
      'SIGRTMAX-5',
      'SIGRTMAX-4',
      'SIGRTMAX-3',
      'SIGRTMAX-2',
      'SIGRTMAX-1',
      'SIGRTMAX',
    ),
    { disabledBy: 'ContainerStopSignals' },
  ),
});
export interface Lifecycle extends Infer<typeof Lifecycle> {}

export const ProbeHandler = message('io.k8s.api.core.v1.ProbeHandler', {
  exec: ptr(1, ExecAction),
  httpGet: ptr(2, HTTPGetAction),
  tcpSocket: ptr(3, TCPSocketAction),
  grpc: ptr(4, GRPCAction),
});
export interface ProbeHandler extends Infer<typeof ProbeHandler> {}

export const Probe = message(
  'io.k8s.api.core.v1.Probe',
  {
    handler: inline(1, ProbeHandler),
    initialDelaySeconds: opt(2, int32, { description: 'Seconds before the first try' }),
    timeoutSeconds: opt(3, int32, { description: 'Seconds that an answer may take' }),
    periodSeconds: opt(4, int32, { description: 'Seconds between two tries' }),
    successThreshold: opt(5, int32, { description: 'Good answers in a row that count as success' }),
    failureThreshold: opt(6, int32, { description: 'Bad answers in a row that count as failure' }),
    terminationGracePeriodSeconds: ptr(7, int64),
  },
  { description: 'A question asked again and again to find out how a container is' },
);
export interface Probe extends Infer<typeof Probe> {}
