import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { type DeviceTaintRule, DeviceTaintRules, selectsDevice } from '#api/resource/v1beta2/device-taint-rule.ts';
import { apiVersionOf } from '#api/resource-definition.ts';
import { applyPatch } from '#client/options.ts';
import type { Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import type { DeviceTaints } from './device-taints.ts';
import type { Eviction } from './eviction-time.ts';
import { type RuleCounts, ruleVerdict } from './rule-verdict.ts';

/** Tells of what did not change about a rule no more often than this. */
const PERIOD_MS = 10_000;
const MANAGER = 'device-taint-eviction-controller';
const TYPE = 'EvictionInProgress';

interface RuleStatusOptions {
  readonly taints: DeviceTaints;
  /** When and why a pod is to go where these rules hold. */
  readonly evictionOf: (pod: Pod, rules: readonly DeviceTaintRule[]) => Eviction | undefined;
}

/** Tells in the status of rules which pods leave because of them. */
export class RuleStatus {
  readonly #context: ControllerContext;
  readonly #options: RuleStatusOptions;
  /** How many pods went because of a rule, by its UID. */
  readonly #evicted = new Map<string, number>();

  constructor(context: ControllerContext, options: RuleStatusOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** A pod went because of rules: in a while the caller has them told of it. */
  count({ rules }: Eviction): number {
    for (const uid of rules) this.#evicted.set(uid, (this.#evicted.get(uid) ?? 0) + 1);
    return PERIOD_MS;
  }

  async tell(name: string): Promise<Result | undefined> {
    const { informers, client, clock } = this.#context;
    const rule = informers.of(DeviceTaintRules).store.getByKey(name);
    if (rule === undefined) return undefined;
    const { uid = '', generation: observedGeneration = 0 } = rule.metadata ?? {};
    const before = rule.status?.conditions?.find(({ type }) => type === TYPE);
    const since = before === undefined ? PERIOD_MS : clock.now() - parseTime(before.lastTransitionTime ?? '');
    if (before?.observedGeneration === observedGeneration && since >= 0 && since < PERIOD_MS)
      return { requeueAfterMs: PERIOD_MS - since };
    const verdict = ruleVerdict(rule.spec.taint.effect, this.#counts(rule));
    const { status, reason, message = '' } = before ?? {};
    const isTold =
      before?.observedGeneration === observedGeneration &&
      [status === verdict.status, reason === verdict.reason, message === verdict.message].every(Boolean);
    if (isTold) return undefined;
    const condition = { type: TYPE, ...verdict, observedGeneration, lastTransitionTime: formatTime(clock.now()) };
    const { kind } = DeviceTaintRules;
    const body = { apiVersion: apiVersionOf(DeviceTaintRules), kind, metadata: { name, uid } };
    const patch = applyPatch({ ...body, status: { conditions: [condition] } }, { force: true });
    const rules = client.of(DeviceTaintRules);
    await ignoring(isNotFound, rules.patch(name, patch, { subresource: 'status', fieldManager: MANAGER }));
    return undefined;
  }

  forget({ metadata }: DeviceTaintRule): void {
    this.#evicted.delete(metadata?.uid ?? '');
  }

  /** A rule without effect is looked at as if it had one, and as if there were no other. */
  #counts(rule: DeviceTaintRule): RuleCounts {
    const { informers } = this.#context;
    const { effect } = rule.spec.taint;
    const uid = rule.metadata?.uid ?? '';
    const evicted = this.#evicted.get(uid) ?? 0;
    if (effect !== 'None' && effect !== 'NoExecute') return { ...NOTHING, evicted };
    const taint = { ...rule.spec.taint, effect: 'NoExecute' as const };
    const rules = [{ ...rule, spec: { ...rule.spec, taint } }];
    const leaving = informers
      .of(Pods)
      .store.list()
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .filter((pod) => this.#options.evictionOf(pod, rules)?.rules.has(uid));
    return {
      published: this.#options.taints.countOf(rule),
      allocated: informers
        .of(ResourceClaims)
        .store.list()
        .flatMap(({ status }) => status?.allocation?.devices?.results ?? [])
        .filter((device) => selectsDevice(rule, device)).length,
      pods: leaving.length,
      namespaces: new Set(leaving.map(({ metadata }) => metadata?.namespace)).size,
      evicted,
    };
  }
}

const NOTHING: RuleCounts = { published: 0, allocated: 0, pods: 0, namespaces: 0, evicted: 0 };
