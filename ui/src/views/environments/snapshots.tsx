import { NativeSelect } from '@mantine/core';
import { Link } from 'wouter';
import { useDifference } from '../../api/queries.ts';
import type { Difference, Snapshot, Workload } from '../../api/types.ts';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import { VerdictWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { proof_column } from '../../parts/table/usual.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted } from '../../words/text.ts';
import { moment, utc } from '../../words/time.ts';
import styles from './environments.module.css';

const columns: Column<Snapshot>[] = [
  {
    id: 'number',
    header: 'Snapshot',
    opens: true,
    text: (row) => `#${row.number}`,
    order: (row) => row.number,
    show: (row) => <code>#{row.number}</code>,
  },
  {
    id: 'from',
    header: 'From',
    text: (row) => row.from,
    order: (row) => moment(row.from),
    show: (row) => <When at={row.from} />,
  },
  {
    id: 'until',
    header: 'Until',
    text: (row) => row.until ?? '',
    show: (row) => (row.until ? <When at={row.until} /> : 'now'),
    wide: true,
  },
  {
    id: 'started',
    header: 'Runs started',
    text: (row) => String(row.started),
    order: (row) => row.started,
    show: (row) => row.started,
  },
  {
    id: 'ended',
    header: 'Runs ended',
    text: (row) => String(row.ended),
    order: (row) => row.ended,
    show: (row) => row.ended,
    wide: true,
  },
  {
    id: 'count',
    header: 'Runs',
    text: (row) => String(row.count),
    order: (row) => row.count,
    show: (row) => row.count,
  },
  proof_column(),
];

// Two moments side by side, and the list of all snapshots.
export function Snapshots({ environment, snapshots }: { environment: string; snapshots: Snapshot[] }) {
  const { values, set } = useUrlState(['from', 'to']);
  const named = snapshots.map((snapshot) => ({
    value: `#${snapshot.number}`,
    label: `#${snapshot.number} · ${utc(snapshot.from).slice(0, 19)} UTC`,
  }));
  const from = values['from'] || named[Math.min(1, named.length - 1)]?.value || '';
  const to = values['to'] || named[0]?.value || '';
  if (snapshots.length === 0) return <Empty>No snapshot yet; the first report makes one.</Empty>;
  return (
    <div className="stack">
      <div className="row">
        <NativeSelect
          aria-label="From"
          data={named}
          value={from}
          onChange={(event) => set({ from: event.currentTarget.value })}
        />
        <span>→</span>
        <NativeSelect
          aria-label="To"
          data={named}
          value={to}
          onChange={(event) => set({ to: event.currentTarget.value })}
        />
      </div>
      <Changes environment={environment} from={from} to={to} />
      <Table
        name={`snapshots-${environment}`}
        rows={snapshots}
        columns={columns}
        id={(row) => String(row.number)}
        time={(row) => moment(row.from)}
        empty={null}
        link={(row) =>
          `/environments/${encodeURIComponent(environment)}?at=${encodeURIComponent(`#${row.number}`)}`
        }
      />
    </div>
  );
}

const told = ({ started, ended, changed }: Difference) =>
  `${counted(started.length, 'workload')} started, ${ended.length} ended, ${changed.length} changed content. `;

function Changes({ environment, from, to }: { environment: string; from: string; to: string }) {
  const read = useDifference(environment, from, to);
  return (
    <Loaded read={read}>
      {(difference) => {
        const none = difference.started.length + difference.ended.length + difference.changed.length === 0;
        return (
          <div aria-live="polite">
            <p>
              {none ? 'The same workloads ran at both moments. ' : told(difference)}
              <span className="quiet">{counted(difference.unchanged, 'workload')} unchanged.</span>
            </p>
            <ul className={`${styles.diff} plain`}>
              {difference.started.map((each) => (
                <One key={`s${each.id}`} sign="+" workload={each} environment={environment} />
              ))}
              {difference.ended.map((each) => (
                <One key={`e${each.id}`} sign="−" workload={each} environment={environment} />
              ))}
              {difference.changed.map((each) => (
                <li key={`c${each.name}`}>
                  <span className={styles.delta}>~</span>
                  <strong className="wrap">{each.name}</strong>{' '}
                  {each.before.digests[0] && <Digest digest={each.before.digests[0]} />} →{' '}
                  {each.after.digests[0] && <Digest digest={each.after.digests[0]} />}{' '}
                  <VerdictWord verdict={each.after.verdict} />
                </li>
              ))}
            </ul>
          </div>
        );
      }}
    </Loaded>
  );
}

function One({ sign, workload, environment }: { sign: string; workload: Workload; environment: string }) {
  return (
    <li>
      <span className={sign === '+' ? styles.plus : styles.minus}>{sign}</span>
      <Link
        href={`/environments/${encodeURIComponent(environment)}?workload=${workload.id}`}
        className="strong wrap">
        {workload.name}
      </Link>
      <span className="quiet">{workload.host}</span>
      {workload.digests[0] && <Digest digest={workload.digests[0]} />}
      <VerdictWord verdict={workload.verdict} />
    </li>
  );
}
