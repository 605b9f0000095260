import { expect, test } from 'vitest';
import { MetricRegistry } from './metric-registry.ts';

test('metrics are written as Prometheus reads them', () => {
  const registry = new MetricRegistry();
  registry.counter('requests_total', 'Requests\nso far', ['verb', 'code']).labels('GET', '200').inc();
  registry.counter('requests_total', 'again', ['verb', 'code']).labels('GET', '200').inc(2);
  registry.counter('requests_total', 'again', ['verb', 'code']).labels('a"b\\c\n', '500').inc();
  registry.gauge('inflight', 'Now').labels().set(3.5);
  registry.counter('untouched_total', 'Nothing yet', ['x']);
  const sizes = registry.histogram('size_bytes', 'Sizes', { labels: ['verb'], buckets: [10, 100] }).labels('GET');
  for (const size of [1, 10, 11, 1000]) sizes.observe(size);
  registry.collected('gauge', 'objects', { help: 'Stored', labels: ['resource'], collect: () => [[['pods'], 7]] });
  expect(registry.render()).toBe(`# HELP inflight Now
# TYPE inflight gauge
inflight 3.5
# HELP objects Stored
# TYPE objects gauge
objects{resource="pods"} 7
# HELP requests_total Requests\\nso far
# TYPE requests_total counter
requests_total{verb="GET",code="200"} 3
requests_total{verb="a\\"b\\\\c\\n",code="500"} 1
# HELP size_bytes Sizes
# TYPE size_bytes histogram
size_bytes_bucket{verb="GET",le="10"} 2
size_bytes_bucket{verb="GET",le="100"} 3
size_bytes_bucket{verb="GET",le="+Inf"} 4
size_bytes_sum{verb="GET"} 1022
size_bytes_count{verb="GET"} 4
`);
});

test('a registry without values is empty', () => {
  expect(new MetricRegistry().render()).toBe('');
});
