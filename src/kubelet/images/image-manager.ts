import type { Pod } from '#api/core/v1/pod.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import type { Clock } from '#base/clock.ts';
import type { Image, ImageService } from '#cri/runtime.ts';
import { formatDuration } from '#machinery/objects/duration.ts';
import { ContainerError } from '../container/container-error.ts';
import { containerFieldPath, type EventSink } from '../event-sink.ts';
import { type ContainerPart, specOf, uidOf } from '../pod-parts.ts';
import type { ReferencedObjects } from '../referenced-objects.ts';
import type { BackOff } from '../sync/back-off.ts';
import { normalizedImage } from './image-name.ts';
import { registryAuths } from './registry-auth.ts';

export interface ImageManagerOptions {
  readonly images: ImageService;
  readonly objects: ReferencedObjects;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly backOff: BackOff;
}

/** Brings images onto the node by their pull policy. */
export class ImageManager {
  readonly #options: ImageManagerOptions;
  /** Pulls under way, shared by pods that want the same image with the same credentials. */
  readonly #pulls = new Map<string, Promise<string>>();
  /** What the last pull of a pod's image said, by back-off key. */
  readonly #failures = new Map<string, string>();
  /** When images were last used, for garbage collection; by image id. */
  readonly lastUsed = new Map<string, number>();

  constructor(options: ImageManagerOptions) {
    this.#options = options;
  }

  /** Milliseconds until a pull that is put off may be tried again; 0 when none is. */
  retryAfter(pod: Pod, part: ContainerPart): number {
    const key = backOffKey(pod, part);
    return this.#options.backOff.remaining(key, this.#options.backOff.lastUpdate(key));
  }

  /** Resolves with the image once it is present. Rejects with `ContainerError` ErrImagePull, ImagePullBackOff, …. */
  async ensure(pod: Pod, part: ContainerPart, signal: AbortSignal): Promise<Image> {
    const { images, clock } = this.#options;
    const name = part.container.image ?? '';
    const record = this.#recorder(pod, part);
    const reference = normalizedImage(name);
    if (reference === undefined) {
      const message = `Failed to apply default image tag "${name}": couldn't parse image name "${name}": invalid reference format`;
      record('Warning', 'InspectFailed', message);
      throw new ContainerError('InvalidImageName', message);
    }
    const present = await images.imageStatus(reference);
    const image = (await this.#pullIfNeeded(pod, part, { reference, present, record, signal })) ?? present;
    if (image === undefined) throw new ContainerError('ErrImagePull', `image "${reference}" is gone after its pull`);
    this.lastUsed.set(image.id, clock.now());
    return image;
  }

  /** Forgets a pod's failed pulls. */
  forget(podUid: string): void {
    this.#options.backOff.forget(`${podUid}_`);
    for (const key of this.#failures.keys()) if (key.startsWith(`${podUid}_`)) this.#failures.delete(key);
  }

  async #pullIfNeeded(
    pod: Pod,
    part: ContainerPart,
    to: {
      readonly reference: string;
      readonly present: Image | undefined;
      readonly record: Record;
      readonly signal: AbortSignal;
    },
  ): Promise<Image | undefined> {
    const name = part.container.image ?? '';
    const policy = part.container.imagePullPolicy ?? 'IfNotPresent';
    if (policy === 'Never' || (policy === 'IfNotPresent' && to.present)) {
      if (to.present) {
        to.record(
          'Normal',
          'Pulled',
          `Container image "${name}" already present on machine and can be accessed by the pod`,
        );
        return to.present;
      }
      const message = `Container image "${name}" is not present with pull policy of Never`;
      to.record('Warning', 'ErrImageNeverPull', message);
      throw new ContainerError('ErrImageNeverPull', message);
    }
    this.#checkBackOff(pod, part, to.record);
    return this.#pull(pod, part, to);
  }

  #checkBackOff(pod: Pod, part: ContainerPart, record: Record): void {
    if (this.retryAfter(pod, part) === 0) return;
    const failure = this.#failures.get(backOffKey(pod, part));
    const message = `Back-off pulling image "${part.container.image}"${failure ? `: ErrImagePull: ${failure}` : ''}`;
    record('Normal', 'BackOff', `Back-off pulling image "${part.container.image}"`);
    throw new ContainerError('ImagePullBackOff', message);
  }

  async #pull(
    pod: Pod,
    part: ContainerPart,
    {
      reference,
      record,
      signal,
    }: { readonly reference: string; readonly record: Record; readonly signal: AbortSignal },
  ): Promise<Image | undefined> {
    const { clock, images, backOff } = this.#options;
    const name = part.container.image ?? '';
    const key = backOffKey(pod, part);
    record('Normal', 'Pulling', `Pulling image "${name}"`);
    const started = clock.monotonic();
    try {
      const id = await this.#pullShared(reference, await this.#secrets(pod), signal);
      const image = await images.imageStatus(id);
      const took = formatDuration(Math.round(clock.monotonic() - started));
      this.#failures.delete(key);
      record(
        'Normal',
        'Pulled',
        `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${image?.sizeBytes ?? 0} bytes.`,
      );
      return image;
    } catch (error) {
      if (signal.aborted) throw error;
      const message = (error as Error).message;
      record('Warning', 'Failed', `Failed to pull image "${name}": ${message}`);
      backOff.next(key, clock.now());
      this.#failures.set(key, message);
      throw new ContainerError('ErrImagePull', message);
    }
  }

  /** Tries each credential in turn; without any, anonymously. */
  async #pullShared(reference: string, secrets: readonly Secret[], signal: AbortSignal): Promise<string> {
    const auths = registryAuths(reference, secrets);
    const key = JSON.stringify([reference, auths]);
    let pull = this.#pulls.get(key);
    if (pull === undefined) {
      pull = this.#pullWith(reference, auths).finally(() => this.#pulls.delete(key));
      this.#pulls.set(key, pull);
    }
    return abortable(pull, signal);
  }

  async #pullWith(reference: string, auths: ReturnType<typeof registryAuths>): Promise<string> {
    let failure: unknown;
    for (const auth of auths.length > 0 ? auths : [undefined]) {
      try {
        return await this.#options.images.pullImage(reference, auth);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #secrets(pod: Pod): Promise<Secret[]> {
    const namespace = pod.metadata?.namespace ?? '';
    const references = specOf(pod).imagePullSecrets ?? [];
    const found = await Promise.all(
      references.map(({ name = '' }) =>
        this.#options.objects.get<Secret>(Secrets, { namespace, name, podUid: uidOf(pod) }),
      ),
    );
    return found.filter((secret) => secret !== undefined);
  }

  #recorder(pod: Pod, { kind, container }: ContainerPart): Record {
    const fieldPath = containerFieldPath(kind, container.name);
    return (type, reason, message) => this.#options.events.record(pod, type, reason, message, { fieldPath });
  }
}

type Record = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

const backOffKey = (pod: Pod, { container }: ContainerPart): string => `${uidOf(pod)}_${container.image}`;

/** The promise's outcome, or the signal's reason when it aborts first; the work itself goes on for others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
