import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';

interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** The secrets a node agent needs to use a volume; those that only controllers need are not among them. */
export function volumeSecrets({ spec }: PersistentVolume): SecretName[] {
  if (spec === undefined) return [];
  const own = spec.claimRef?.namespace;
  const azure = spec.azureFile && { namespace: spec.azureFile.secretNamespace, name: spec.azureFile.secretName };
  const references = [
    azure,
    spec.cephfs?.secretRef,
    spec.cinder?.secretRef,
    spec.flexVolume?.secretRef,
    spec.rbd?.secretRef,
    spec.scaleIO?.secretRef,
    spec.iscsi?.secretRef,
    spec.storageos?.secretRef,
    spec.csi?.nodePublishSecretRef,
    spec.csi?.nodeStageSecretRef,
    spec.csi?.nodeExpandSecretRef,
  ];
  return references.flatMap((reference) => {
    const namespace = reference?.namespace || own;
    return reference?.name && namespace ? [{ namespace, name: reference.name }] : [];
  });
}
