import { type Diagnosis, diagnosisMessage } from './framework/diagnosis.ts';

/** Why a pod did not get a node, and what is to come of it. */
export interface AttemptRefusal {
  readonly message: string;
  /** Plugins for which it waits; when there are none it is tried again a little later in any case. */
  readonly refusedBy: ReadonlySet<string>;
  /** The node on which room was made; '' takes an earlier nomination back, undefined lets it be. */
  readonly nominated: string | undefined;
}

/** Who refuses a pod when there are no nodes: it waits for one. */
const NO_NODES: ReadonlySet<string> = new Set(['NodeName']);

export const refusalOf = (diagnosis: Diagnosis, nominated: string | undefined): AttemptRefusal => ({
  message: diagnosisMessage(diagnosis),
  refusedBy: diagnosis.nodeCount === 0 ? NO_NODES : diagnosis.plugins,
  nominated,
});
