import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Alert } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { proof_column } from '../../parts/table/usual.tsx';
import { When } from '../../parts/when.tsx';
import { counted } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { severities, severity_tone } from '../../words/verdict.ts';
import { Acknowledge } from './acknowledge.tsx';

const to = (row: Alert) => `/alerts/${encodeURIComponent(row.id)}`;

const columns: Column<Alert>[] = [
  {
    id: 'severity',
    header: 'Severity',
    text: (row) => row.severity,
    order: (row) => severities.indexOf(row.severity),
    show: (row) => <Pill tone={severity_tone(row.severity)}>{row.severity}</Pill>,
  },
  {
    id: 'title',
    header: 'Alert',
    text: (row) => row.title,
    show: (row) => (
      <Link href={to(row)} className="strong wrap">
        {row.title}
      </Link>
    ),
    grow: true,
  },
  {
    id: 'state',
    header: 'State',
    text: (row) => row.state,
    show: (row) => <span className={row.state === 'open' ? 'red' : 'quiet'}>{row.state}</span>,
    wide: true,
  },
  {
    id: 'environment',
    header: 'Environment',
    text: (row) => row.environment,
    show: (row) => (
      <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>
    ),
    wide: true,
  },
  {
    id: 'name',
    header: 'What',
    text: (row) => row.workload?.name ?? '',
    show: (row) => <span className="wrap">{row.workload?.name || '–'}</span>,
    hidden: true, // the title names it
  },
  {
    id: 'digest',
    header: 'Digest',
    text: (row) => row.workload?.digests.join(' ') ?? '',
    show: (row) => (row.workload?.digests[0] ? <Digest digest={row.workload.digests[0]} /> : '–'),
    hidden: true,
  },
  { id: 'cause', header: 'Cause', text: (row) => row.cause, show: (row) => row.cause, wide: true },
  {
    id: 'owner',
    header: 'Owner',
    text: (row) => row.owner ?? '',
    show: (row) => row.owner || '–',
    wide: true,
  },
  {
    id: 'opened',
    header: 'Opened',
    text: (row) => row.opened_at,
    order: (row) => moment(row.opened_at),
    show: (row) => <When at={row.opened_at} />,
  },
  proof_column(),
];

// Alerts as rows; several can be chosen and acknowledged at once.
export function AlertTable({
  name,
  alerts,
  empty,
  more,
}: {
  name: string;
  alerts: Alert[];
  empty: ReactNode;
  more?: ReactNode;
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <Table
      name={name}
      rows={alerts}
      columns={columns}
      id={(row) => row.id}
      time={(row) => moment(row.opened_at)}
      link={to}
      empty={empty}
      more={more}
      chosen={chosen}
      choose={setChosen}
      actions={(some, clear) => (
        <Acknowledge
          ids={some.filter((row) => row.state === 'open').map((row) => row.id)}
          what={counted(some.length, 'alert')}
          done={clear}
        />
      )}
    />
  );
}
