import type { Endpoint, ServicePort } from './service-port.ts';

export interface RulesetOptions {
  /** The table's name; everything in it belongs to one proxy. */
  readonly table: string;
  /** Addresses of pods: traffic from elsewhere to a cluster address gets the node's own. */
  readonly podCidr: string;
}

/** The packet mark of connections whose source is to be replaced; the same bit as upstream's proxies use. */
const MASQUERADE_MARK = '0x4000';

/**
 * The whole ruleset of a proxy as one nftables transaction: the table is replaced as a whole, connections that are
 * established keep their translation.
 */
export function buildRuleset(ports: readonly ServicePort[], { table, podCidr }: RulesetOptions): string {
  const served = ports.filter((port) => port.endpoints.length > 0);
  const empty = ports.filter((port) => port.endpoints.length === 0);
  const lines = [
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    ...verdictMap(
      'service-ips',
      'ipv4_addr . inet_proto . inet_service',
      served.flatMap((port) => addressElements(port, `goto ${chainOf(port)}`)),
    ),
    ...verdictMap(
      'service-nodeports',
      'inet_proto . inet_service',
      served.flatMap((port) => nodePortElements(port, `goto ${externalChainOf(port)}`)),
    ),
    ...verdictMap(
      'no-endpoint-services',
      'ipv4_addr . inet_proto . inet_service',
      empty.flatMap((port) => addressElements(port, 'goto reject-chain')),
    ),
    ...verdictMap(
      'no-endpoint-nodeports',
      'inet_proto . inet_service',
      empty.flatMap((port) => nodePortElements(port, 'goto reject-chain')),
    ),
    ...served.flatMap(affinityMaps),
    ...chain('mark-for-masquerade', [`meta mark set meta mark or ${MASQUERADE_MARK}`]),
    ...chain('reject-chain', ['meta l4proto tcp reject with tcp reset', 'reject']),
    ...served.flatMap((port) => serviceChains(port, podCidr)),
    ...chain('services', [
      'ip daddr . meta l4proto . th dport vmap @service-ips',
      'fib daddr type local meta l4proto . th dport vmap @service-nodeports',
    ]),
    ...chain('endpoints-check', [
      'ip daddr . meta l4proto . th dport vmap @no-endpoint-services',
      'fib daddr type local meta l4proto . th dport vmap @no-endpoint-nodeports',
    ]),
    ...chain('nat-prerouting', ['type nat hook prerouting priority -100', 'jump services']),
    ...chain('nat-output', ['type nat hook output priority -100', 'jump services']),
    ...chain('nat-postrouting', [
      'type nat hook postrouting priority 100',
      `meta mark and ${MASQUERADE_MARK} != 0 meta mark set meta mark xor ${MASQUERADE_MARK} masquerade fully-random`,
    ]),
    ...['input', 'forward', 'output'].flatMap((hook) =>
      chain(`filter-${hook}`, [`type filter hook ${hook} priority -110`, 'ct state new jump endpoints-check']),
    ),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** Removes everything a proxy made; harmless when there is nothing. */
export const removeRuleset = (table: string): string => `table ip ${table}\ndelete table ip ${table}\n`;

const chain = (name: string, rules: readonly string[]): string[] => [
  `  chain ${name} {`,
  ...rules.map((rule) => `    ${rule.startsWith('type ') ? `${rule};` : rule}`),
  '  }',
];

function verdictMap(name: string, type: string, elements: readonly string[]): string[] {
  const content =
    elements.length === 0 ? [] : ['    elements = {', `      ${[...new Set(elements)].join(',\n      ')}`, '    }'];
  return [`  map ${name} {`, `    type ${type} : verdict`, ...content, '  }'];
}

const addressElements = ({ addresses, protocol, port }: ServicePort, verdict: string): string[] =>
  addresses.map((address) => `${address} . ${protocol} . ${port} : ${verdict}`);

const nodePortElements = ({ nodePort, protocol }: ServicePort, verdict: string): string[] =>
  nodePort === 0 ? [] : [`${protocol} . ${nodePort} : ${verdict}`];

/** Chains of one service port: from inside, from outside (always masqueraded), and one an endpoint. */
function serviceChains(port: ServicePort, podCidr: string): string[] {
  const { endpoints } = port;
  const targets = endpoints.map((endpoint, index) => `${index} : goto ${endpointChainOf(port, endpoint)}`);
  const spread = [`numgen random mod ${endpoints.length} vmap {`, `      ${targets.join(',\n      ')}`, '    }'].join(
    '\n',
  );
  const sticky =
    port.affinitySeconds > 0
      ? endpoints.map(
          (endpoint) => `ip saddr @${affinitySetOf(port, endpoint)} goto ${endpointChainOf(port, endpoint)}`,
        )
      : [];
  return [
    ...endpoints.flatMap((endpoint) => chain(endpointChainOf(port, endpoint), endpointRules(port, endpoint))),
    ...chain(chainOf(port), [`ip saddr != ${podCidr} jump mark-for-masquerade`, ...sticky, spread]),
    ...(port.nodePort === 0 ? [] : chain(externalChainOf(port), ['jump mark-for-masquerade', `goto ${chainOf(port)}`])),
  ];
}

/** A pod that reaches itself through its service must see the answer come back through the node. */
const endpointRules = (port: ServicePort, endpoint: Endpoint): string[] => [
  `ip saddr ${endpoint.ip} jump mark-for-masquerade`,
  ...(port.affinitySeconds > 0 ? [`update @${affinitySetOf(port, endpoint)} { ip saddr }`] : []),
  `meta l4proto ${port.protocol} dnat to ${endpoint.ip}:${endpoint.port}`,
];

const affinityMaps = (port: ServicePort): string[] =>
  port.affinitySeconds === 0
    ? []
    : port.endpoints.flatMap((endpoint) => [
        `  set ${affinitySetOf(port, endpoint)} {`,
        '    type ipv4_addr',
        '    flags dynamic,timeout',
        `    timeout ${port.affinitySeconds}s`,
        '  }',
      ]);

const chainOf = (port: ServicePort): string => `service-${identify(port)}`;
const externalChainOf = (port: ServicePort): string => `external-${identify(port)}`;
const endpointChainOf = (port: ServicePort, { ip, port: number }: Endpoint): string =>
  `endpoint-${identify(port)}-${ip.replaceAll('.', '-')}-${number}`;
const affinitySetOf = (port: ServicePort, endpoint: Endpoint): string =>
  `affinity-${endpointChainOf(port, endpoint).slice('endpoint-'.length)}`;

/** Unique, readable and short enough for a chain's name. */
function identify({ name, protocol, port }: ServicePort): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  const readable = name.replace(/[^a-z0-9]+/gi, '-').slice(0, 40);
  return `${(hash >>> 0).toString(36)}-${readable}-${protocol}-${port}`.replace(/-+/g, '-');
}
