import { HttpTransport } from '#client/http-transport.ts';
import { Cluster } from '#testing/cluster.ts';
import { runTransportSuite } from './testing/transport-suite.ts';

runTransportSuite('in-process', async () => {
  const cluster = await Cluster.start({ controllers: false, scheduler: false });
  return { transport: cluster.client.transport, close: () => cluster.stop() };
});

runTransportSuite('HTTP', async () => {
  const cluster = await Cluster.start({ controllers: false, scheduler: false });
  const transport = new HttpTransport((await cluster.listen()).admin);
  return {
    transport,
    close: async () => {
      await transport.close();
      await cluster.stop();
    },
  };
});
