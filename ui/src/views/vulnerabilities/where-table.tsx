// What runs with a flaw or a component, one row for each workload and component.
import { Link } from 'wouter';
import type { Mark, Release, WhereRow } from '../../api/types.ts';
import { LookWord, VerdictWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { time_column } from '../../parts/table/usual.tsx';
import { When } from '../../parts/when.tsx';
import { moment } from '../../words/time.ts';
import {
  component_words,
  owner_of,
  reach_rank,
  reach_word,
  reason_words,
  severity_look,
  severity_rank,
  stated_look,
  status_word,
} from './words.ts';

function ReleaseLink({ release, none }: { release: Release | null; none: string }) {
  if (!release) return <span className="quiet">{none}</span>;
  return (
    <span className="wrap">
      <Link href={`/artifacts/${release.artifact}`}>{release.commit ? release.commit.slice(0, 7) : release.name}</Link>{' '}
      <span className="quiet">
        <When at={release.recorded_at} />
      </span>
    </span>
  );
}

// An inventory is of a host or a program, and no artifact stands behind it.
const place_of = (row: WhereRow) =>
  !row.kind || row.kind === 'artifact'
    ? `/artifacts/${row.artifact}`
    : `/environments/${encodeURIComponent(row.environment)}?view=installed`;

const columns: Column<WhereRow>[] = [
  {
    id: 'name',
    header: 'Runs',
    text: (row) => row.name,
    grow: true,
    show: (row) => (
      <span className="wrap">
        <Link href={place_of(row)} className="strong">
          {row.name || row.artifact_name}
        </Link>
        {row.host && <span className="quiet"> on {row.host}</span>}
      </span>
    ),
  },
  {
    id: 'environment',
    header: 'In',
    text: (row) => row.environment,
    show: (row) => <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>,
  },
  {
    id: 'component',
    header: 'Component',
    text: (row) => row.component,
    show: (row) => (
      <span className="wrap" title={row.component}>
        {component_words(row.component)}
      </span>
    ),
  },
  {
    id: 'flaw',
    header: 'Flaw',
    text: (row) => `${row.cluster} ${row.severity}`,
    order: (row) => severity_rank(row.severity),
    show: (row) =>
      row.cluster ? (
        <span className="wrap">
          <LookWord look={severity_look(row.severity)} word={row.cluster} />
          {row.exploited && <span className="red"> known to be exploited</span>}
        </span>
      ) : (
        <span className="quiet">none known</span>
      ),
  },
  {
    id: 'stated',
    header: 'Stated',
    text: (row) => (row.statement ? `${status_word(row.statement.status)} ${reason_words(row.statement)}` : ''),
    show: (row) =>
      row.statement ? (
        <span className="wrap">
          <LookWord look={stated_look(row.statement.status)} word={status_word(row.statement.status)} />{' '}
          <span className="quiet">{reason_words(row.statement)}</span>
        </span>
      ) : (
        ''
      ),
    wide: true,
  },
  {
    id: 'exposure',
    header: 'Reached',
    text: (row) => `${row.exposure?.reach ?? 'unknown'} ${reach_word(row)}`,
    order: reach_rank,
    show: (row) => (
      <span className={row.exposure?.reach === 'network' ? 'red wrap' : 'quiet wrap'} title={row.exposure?.because}>
        {reach_word(row)}
      </span>
    ),
    wide: true,
  },
  { ...time_column<WhereRow>('since', 'Since', (row) => row.since), wide: true },
  {
    id: 'owner',
    header: 'Owner',
    text: (row) => `${row.service} ${row.team}`,
    show: (row) => owner_of(row) || <span className="amber">nobody</span>,
  },
  {
    id: 'first',
    header: 'Came with',
    text: (row) => row.first?.commit ?? '',
    show: (row) => <ReleaseLink release={row.first} none="unknown" />,
    wide: true,
  },
  {
    id: 'fixed',
    header: 'Fixed in',
    text: (row) => `${row.fixed} ${row.fixed_release?.name ?? ''}`,
    show: (row) =>
      row.fixed_release ? (
        <span>
          a release is there: <ReleaseLink release={row.fixed_release} none="" />
        </span>
      ) : (
        row.fixed || <span className="quiet">no fix known</span>
      ),
    wide: true,
  },
  {
    id: 'accepted',
    header: 'Accepted',
    text: (row) => row.accepted?.owner ?? '',
    show: (row) =>
      row.accepted ? (
        <Link href={`/exceptions/${row.accepted.exception}`} title={row.accepted.reason}>
          by {row.accepted.owner || 'exception'}, <When at={row.accepted.until} />
        </Link>
      ) : (
        <span className="quiet">by nobody</span>
      ),
    wide: true,
  },
  {
    id: 'verdict',
    header: 'Verdict',
    text: (row) => row.verdict,
    show: (row) => (row.verdict ? <VerdictWord verdict={row.verdict as Mark} /> : '–'),
    wide: true,
    hidden: true,
  },
];

export function WhereTable({ rows }: { rows: WhereRow[] }) {
  return (
    <Table
      name="where"
      rows={rows}
      columns={columns}
      id={(row) => `${row.workload} ${row.component} ${row.cluster}`}
      link={place_of}
      time={(row) => moment(row.since)}
      empty={<p className="quiet">Nothing that runs has it.</p>}
    />
  );
}
