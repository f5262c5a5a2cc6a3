import { useQueries } from '@tanstack/react-query';
import { Link } from 'wouter';
import { json } from '../../api/client.ts';
import { useArtifacts } from '../../api/queries.ts';
import type { ArtifactRow, Flow, Pool, Verdict, Workload } from '../../api/types.ts';
import { Mark } from '../../parts/mark.tsx';
import { number } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { rank } from '../../words/verdict.ts';
import styles from './overview.module.css';

interface Cell {
  running: number;
  approved: number;
  behind: number;
  worst: Verdict;
}

const service_of = (flow: Flow) => flow.service || flow.name;

// How many newer artifacts of the same name exist than the newest one that runs here.
function behind(artifacts: ArtifactRow[], running: ReadonlySet<string>): number {
  const newest_first = [...artifacts].sort((a, b) => moment(b.created_at) - moment(a.created_at));
  return Math.max(
    0,
    newest_first.findIndex((artifact) => running.has(artifact.digest)),
  );
}

export function cell_of(workloads: Workload[], artifacts: ArtifactRow[]): Cell | null {
  if (workloads.length === 0) return null;
  const count = (some: Workload[]) => some.reduce((sum, workload) => sum + (workload.count ?? 1), 0);
  const worst =
    workloads.map((workload) => workload.verdict).sort((a, b) => rank(a) - rank(b))[0] || 'unknown';
  return {
    running: count(workloads),
    approved: count(workloads.filter((workload) => workload.verdict === 'approved')),
    behind: behind(artifacts, new Set(workloads.flatMap((workload) => workload.digests))),
    worst,
  };
}

// Service × environment: how many run, how many of them approved, how many builds behind, the worst verdict.
export default function Matrix({ flows, lake }: { flows: Flow[]; lake: Pool[] }) {
  const artifacts = useArtifacts();
  const reads = useQueries({
    queries: lake.map((pool) => ({
      queryKey: [`environment:${pool.name}`, 'workloads', ''],
      queryFn: () =>
        json<{ workloads: Workload[] }>(`environments/${encodeURIComponent(pool.name)}/workloads`),
    })),
  });
  const services = [...new Set(flows.map(service_of))].sort();
  const cell = (service: string, index: number) => {
    const names = new Set(flows.filter((flow) => service_of(flow) === service).map((flow) => flow.name));
    const made = artifacts.rows.filter((artifact) => artifact.flow && names.has(artifact.flow));
    const digests = new Set(made.map((artifact) => artifact.digest));
    const mine = (reads[index]?.data?.workloads ?? []).filter(
      (workload) => workload.service === service || workload.digests.some((digest) => digests.has(digest)),
    );
    return cell_of(mine, made);
  };
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Services and environments">
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">service</th>
            {lake.map((pool) => (
              <th key={pool.name} scope="col">
                {pool.name}
              </th>
            ))}
            <th scope="col">latest trail</th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <tr key={service}>
              <th scope="row">
                <Link href={`/flows?q=${encodeURIComponent(service)}`}>{service}</Link>
              </th>
              {lake.map((pool, index) => (
                <CellView
                  key={pool.name}
                  cell={cell(service, index)}
                  environment={pool.name}
                  service={service}
                />
              ))}
              <td>
                <Latest flow={flows.find((flow) => service_of(flow) === service)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellView({
  cell,
  environment,
  service,
}: {
  cell: Cell | null;
  environment: string;
  service: string;
}) {
  if (!cell) return <td className="quiet">–</td>;
  return (
    <td>
      <Link
        href={`/environments/${encodeURIComponent(environment)}?q=service:${encodeURIComponent(service)}`}>
        <Mark verdict={cell.worst} named /> {number(cell.approved)} of {number(cell.running)}
        {cell.behind > 0 && <span className="quiet"> · {cell.behind} behind</span>}
      </Link>
    </td>
  );
}

function Latest({ flow }: { flow: Flow | undefined }) {
  const trail = flow?.latest_trail;
  if (!flow || !trail) return <span className="quiet">none</span>;
  const met = trail.beads.filter((bead) => bead.state === 'met').length;
  const required = trail.beads.filter((bead) => bead.state !== 'extra').length;
  return (
    <Link
      href={`/flows/${encodeURIComponent(flow.name)}/trails/${encodeURIComponent(trail.name)}`}
      className={trail.compliant ? '' : 'red'}>
      {met} of {required} met
    </Link>
  );
}
