import { expect, test } from 'vitest';
import { type CronJob, CronJobs } from '#api/batch/v1/cron-job.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const metadata = (name: string) => ({ name, namespace: 'default' });
const containers = [{ name: 'c', image: 'x' }];

test('what controllers do is counted under the names people know', async () => {
  const clock = new VirtualClock();
  const cluster = await Cluster.start({ clock, seed: 1, simulatedNodes: 2 });
  try {
    const { client } = cluster;
    await cluster.advance(5_000);
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers, restartPolicy: 'Never' } };
    const spec = { template, completions: 2, parallelism: 2, completionMode: 'Indexed', ttlSecondsAfterFinished: 60 };
    await client
      .of(Pods)
      .create({ metadata: { ...metadata('web'), labels: { app: 'web' } }, spec: { containers } } as never);
    await client
      .of(Services)
      .create({ metadata: metadata('web'), spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as Service);
    await client.of(Jobs).create({ metadata: metadata('work'), spec } as unknown as Job);
    await client.of(CronJobs).create({
      metadata: metadata('tick'),
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    } as never as CronJob);
    const resources = { requests: { storage: '1Gi' } };
    await client.of(PersistentVolumeClaims).create({
      metadata: metadata('data'),
      spec: { accessModes: ['ReadWriteOnce'], resources, storageClassName: '' },
    } as never);
    await cluster.advance(600_000);
    const lines = cluster.apiServer.metrics.render().split('\n');
    const mode = 'completion_mode="Indexed"';
    const counted = [
      'running_managed_controllers{manager="kube-controller-manager",name="job-controller"} 1',
      'workqueue_unfinished_work_seconds{name="job"} 0',
      'workqueue_longest_running_processor_seconds{name="job"} 0',
      `job_controller_jobs_finished_total{${mode},result="succeeded",reason="CompletionsReached"} 1`,
      `job_controller_job_pods_finished_total{${mode},result="succeeded"} 2`,
      'job_controller_job_finished_indexes_total{status="succeeded",backoffLimit="global"} 2',
      'ttl_after_finished_controller_job_deletion_duration_seconds_count 1',
      'node_collector_zone_size{zone=""} 2',
      'node_collector_zone_health{zone=""} 100',
      'node_collector_unhealthy_nodes_in_zone{zone=""} 0',
      'endpoint_slice_controller_endpoints_desired 1',
      'endpoint_slice_controller_desired_endpoint_slices 1',
      'pv_collector_unbound_pvc_count{namespace="default",storage_class="",volume_attributes_class=""} 1',
    ];
    expect(counted.filter((line) => !lines.includes(line))).toEqual([]);
    const value = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    expect(value('cronjob_controller_job_creation_skew_duration_seconds_count')).toBeGreaterThanOrEqual(9);
    for (const name of ['job_syncs_total', 'job_sync_duration_seconds_count']) {
      expect(value(`job_controller_${name}{${mode},result="success",action="pods_created"}`)).toBeGreaterThan(0);
    }
    expect(value('endpoint_slice_controller_changes{operation="create"}')).toBeGreaterThan(0);
    expect(value('root_ca_cert_publisher_sync_total{code="200"}')).toBeGreaterThan(3);
    const ended = 'job_controller_terminated_pods_tracking_finalizer_total{event=';
    expect(value(`${ended}"add"}`)).toBe(value(`${ended}"delete"}`));
    expect(value('job_controller_job_pods_creation_total{reason="new",status="succeeded"}')).toBeGreaterThan(2);
  } finally {
    await cluster.stop();
  }
});
