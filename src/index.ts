/** `knarr`: every kind of Kubernetes v1.36, as a type and as the definition that clients are asked with. */
export * from '#api/index.ts';
export { resources } from '#api/resources.ts';
