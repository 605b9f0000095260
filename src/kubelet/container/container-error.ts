/** A step of a container's start that failed. `reason` is what its waiting state shows. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The container cannot be configured: what it refers to is missing or wrong. */
export const configError = (message: string): ContainerError =>
  new ContainerError('CreateContainerConfigError', message);
