import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { json, query } from '../../api/client.ts';
import type { Deployment } from '../../api/types.ts';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { proof_column } from '../../parts/table/usual.tsx';
import { Loaded } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { moment } from '../../words/time.ts';

const tone = (state: Deployment['state']) =>
  state === 'missed' ? 'amber strong' : state === 'ended' ? 'quiet' : '';
const running = (row: Deployment) => `${row.running ?? 0}${row.at_least ? ` of ${row.at_least}` : ''}`;

const columns: Column<Deployment>[] = [
  {
    id: 'state',
    header: 'State',
    text: (row) => row.state,
    show: (row) => <span className={tone(row.state)}>{row.state}</span>,
  },
  {
    id: 'artifact',
    header: 'Artifact',
    text: (row) => `${row.artifact_name ?? ''} ${row.artifact}`,
    grow: true,
    show: (row) => (
      <span>
        <Link href={`/artifacts/${row.artifact}`} className="strong">
          {row.artifact_name || 'artifact'}
        </Link>{' '}
        <Digest digest={row.artifact} />
      </span>
    ),
  },
  {
    id: 'declared',
    header: 'Declared',
    text: (row) => row.declared_at,
    order: (row) => moment(row.declared_at),
    show: (row) => <When at={row.declared_at} />,
  },
  {
    id: 'due',
    header: 'Due',
    text: (row) => row.deadline ?? '',
    order: (row) => moment(row.deadline) || 0,
    show: (row) => <When at={row.deadline} fallback="–" />,
    wide: true,
  },
  {
    id: 'observed',
    header: 'Observed',
    text: (row) => row.observed_at ?? '',
    order: (row) => moment(row.observed_at) || 0,
    show: (row) => <When at={row.observed_at} fallback="not seen" />,
    wide: true,
  },
  {
    id: 'rollback',
    header: 'Rollback',
    text: (row) => row.rollback_target?.artifact ?? row.rollback_target?.why ?? '',
    show: (row) => <Rollback target={row.rollback_target} />,
    wide: true,
  },
  { id: 'running', header: 'Running', text: running, show: running },
  {
    id: 'says',
    header: 'Says',
    text: (row) => row.unwatched || row.reason || '',
    show: (row) => <span className={row.unwatched ? 'amber wrap' : 'wrap'}>{row.unwatched || row.reason || ''}</span>,
    wide: true,
  },
  { id: 'actor', header: 'By', text: (row) => row.actor, show: (row) => row.actor, wide: true },
  proof_column(),
];

// What to go back to, or why there is nothing.
function Rollback({ target }: { target: Deployment['rollback_target'] }) {
  if (!target) return <>–</>;
  if (!target.artifact) return <span className="quiet">none: {target.why}</span>;
  return (
    <span>
      <Link href={`/artifacts/${target.artifact}`}>{target.name || 'artifact'}</Link> <Digest digest={target.artifact} />
    </span>
  );
}

// What was declared to run here, and whether it was seen.
export function Deployments({ environment }: { environment: string }) {
  const read = useQuery({
    queryKey: [`environment:${environment}`, 'deployments'],
    queryFn: () => json<{ deployments: Deployment[] }>(`deployments${query({ environment, limit: 500, rollback: true })}`),
  });
  return (
    <Loaded read={read}>
      {({ deployments }) => (
        <Table
          name={`deployments-${environment}`}
          rows={deployments}
          columns={columns}
          id={(row) => row.id}
          time={(row) => moment(row.declared_at)}
          empty={
            <Empty command={command(`deploy ./program --environment ${environment}`)}>
              Nothing was declared to run here.
            </Empty>
          }
        />
      )}
    </Loaded>
  );
}
