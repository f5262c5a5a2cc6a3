// The addresses of all views of a real server, one of its own things for each kind.
import assert from 'node:assert/strict';
import type { Alert, ArtifactRow, Environment, Flow, Snapshot, Workload } from '../../src/api/types.ts';
import type { Weir } from './weir.ts';

export async function views_of(ask: Weir['ask']): Promise<string[]> {
  const list = async <T>(name: string, path: string) => (await ask<Record<string, T[]>>(path))[name] ?? [];
  const [environment] = await list<Environment>('environments', 'environments');
  const place = `environments/${environment?.name}`;
  const [alert] = await list<Alert>('alerts', 'alerts?limit=1');
  const [artifact] = await list<ArtifactRow>('artifacts', 'artifacts?limit=1');
  const [flow] = await list<Flow>('flows', 'flows?limit=1');
  const snapshots = await list<Snapshot>('snapshots', `${place}/snapshots`);
  const [workload] = await list<Workload>('workloads', `${place}/workloads`);
  assert.ok(alert && artifact && flow?.latest_trail && snapshots[0] && workload?.id, 'there is one of everything');
  return [
    ...['/', '/wall', '/environments', '/flows', '/artifacts', '/approvals', '/settings'],
    ...['/policies', '/decisions', '/windows', '/exceptions', '/exceptions?view=glass'],
    ...['/vulnerabilities', '/where', '/where?query=openssl', '/components?component=openssl'],
    ...['', '?view=snapshots', '?view=deployments', '?view=watch', `?workload=${workload.id}`].map(
      (view) => `/${place}${view}`,
    ),
    `/${place}?at=${encodeURIComponent(snapshots[0].from)}`,
    ...['/alerts', '/alerts?view=alerts', '/alerts?view=alerts&state=all'],
    ...[`/alerts/${alert.id}`, `/incidents/${alert.incident}`],
    `/artifacts/${artifact.digest}`,
    ...[`/flows/${flow.name}`, `/flows/${flow.name}/trails/${flow.latest_trail.name}`],
    ...['/ledger', '/ledger/0', `/ledger/${alert.entry}`],
  ];
}
