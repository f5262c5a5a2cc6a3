import { Link } from 'wouter';
import { useWorkloads } from '../../api/queries.ts';
import type { Workload } from '../../api/types.ts';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import { VerdictWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { agent_command } from '../../words/command.ts';
import { moment } from '../../words/time.ts';
import { rank } from '../../words/verdict.ts';
import { WorkloadStory } from './workload-story.tsx';
import styles from './environments.module.css';

const owner = (row: Workload) => row.owner?.unit || row.owner?.container || row.owner?.user || '';
const reasons = (row: Workload) => row.reasons.map((reason) => reason.message).join('; ');

// A unit or a container may have a long name: its whole is on hover, and in the workload's own view.
const Owner = ({ row }: { row: Workload }) => (
  <span className="cut short" title={owner(row)}>
    {owner(row) || '–'}
  </span>
);

export const columns: Column<Workload>[] = [
  {
    id: 'verdict',
    header: 'Verdict',
    text: (row) => row.verdict,
    order: (row) => rank(row.verdict),
    show: (row) => <VerdictWord verdict={row.verdict} />,
  },
  {
    id: 'name',
    header: 'Name',
    opens: true,
    text: (row) => row.name,
    show: (row) => (
      <span className="wrap strong">
        {row.name}
        {row.marks?.length ? <span className="amber"> {row.marks.join(', ')}</span> : null}
      </span>
    ),
    grow: true,
  },
  {
    id: 'reason',
    header: 'Why',
    text: reasons,
    show: (row) => <span className="quiet wrap roomy">{reasons(row)}</span>,
    wide: true,
  },
  { id: 'kind', header: 'Kind', text: (row) => row.kind, show: (row) => row.kind, wide: true },
  { id: 'host', header: 'Host', text: (row) => row.host ?? '', show: (row) => row.host || '–', wide: true },
  { id: 'owner', header: 'Owner', text: owner, show: (row) => <Owner row={row} />, wide: true },
  {
    id: 'service',
    header: 'Service',
    text: (row) => row.service ?? '',
    show: (row) => (row.service ? <Link href={`/flows?q=${row.service}`}>{row.service}</Link> : '–'),
    hidden: true,
  },
  {
    id: 'package',
    header: 'Package',
    text: (row) => (row.package ? `${row.package.name} ${row.package.version}` : ''),
    show: (row) => (row.package ? `${row.package.name} ${row.package.version}` : '–'),
    hidden: true,
  },
  {
    id: 'count',
    header: 'Runs',
    text: (row) => String(row.count ?? 1),
    order: (row) => row.count ?? 1,
    show: (row) => row.count ?? 1,
    wide: true,
  },
  {
    id: 'digest',
    header: 'Digest',
    text: (row) => row.digests.join(' '),
    show: (row) =>
      row.digests[0] ? <Digest digest={row.digests[0]} /> : <span className="amber">none</span>,
    wide: true,
  },
  {
    id: 'started',
    header: 'Started',
    text: (row) => row.started_at ?? '',
    order: (row) => moment(row.started_at) || 0,
    show: (row) => <When at={row.started_at} fallback="–" />,
  },
];

// Everything that runs, or ran at the chosen moment, with verdict and reason.
export function Workloads({ environment, at }: { environment: string; at: string }) {
  const read = useWorkloads(environment, at);
  const { values, set } = useUrlState(['workload', 'q', 'sort', 'cols']);
  const path = `/environments/${encodeURIComponent(environment)}`;
  const to = (row: Workload) => {
    const params = new URLSearchParams(Object.entries({ ...values, at }).filter(([, value]) => value));
    params.set('workload', row.id ?? '');
    return `${path}?${params}`;
  };
  return (
    <Loaded read={read}>
      {({ workloads }) => {
        const sorted = values['sort']
          ? workloads
          : [...workloads].sort((a, b) => rank(a.verdict) - rank(b.verdict));
        const chosen = values['workload']
          ? workloads.find((workload) => workload.id === values['workload'])
          : undefined;
        return (
          <>
            {values['workload'] && !chosen && (
              <p className={styles.gone} role="status">
                The workload of this address {at ? 'did not run at this moment' : 'does not run any more'}.{' '}
                <Link href={path}>All that runs now</Link>
              </p>
            )}
            <Table
              name={`workloads-${environment}`}
              rows={sorted}
              columns={columns}
              id={(row) => row.id ?? row.name}
              time={(row) => moment(row.started_at)}
              link={to}
              empty={
                <Empty command={agent_command(environment)}>
                  Nothing has been seen here. Start an agent in it.
                </Empty>
              }
            />
            {chosen && (
              <WorkloadStory
                workload={chosen}
                environment={environment}
                close={() => set({ workload: '' })}
              />
            )}
          </>
        );
      }}
    </Loaded>
  );
}
