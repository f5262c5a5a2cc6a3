import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { useApiWhere, useScanWhere } from '../../api/queries-more.ts';
import type { ApiRow, ImpactCoverage, ScanRow } from '../../api/types-more.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { time_column } from '../../parts/table/usual.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import styles from '../vulnerabilities/vulnerabilities.module.css';
import { Blind } from '../vulnerabilities/blind.tsx';

type Row = Pick<ScanRow, 'name' | 'host' | 'environment' | 'artifact' | 'artifact_name' | 'service' | 'team' | 'since'>;

const runs_column = <R extends Row>(): Column<R> => ({
  id: 'name',
  header: 'Runs',
  text: (row) => `${row.name} ${row.host}`,
  show: (row) => (
    <span className="wrap">
      <Link href={`/artifacts/${row.artifact}`} className="strong">
        {row.name || row.artifact_name}
      </Link>
      {row.host && <span className="quiet"> on {row.host}</span>}
    </span>
  ),
});
const place_column = <R extends Row>(): Column<R> => ({
  id: 'environment',
  header: 'In',
  text: (row) => row.environment,
  show: (row) => <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>,
});
const owner_column = <R extends Row>(): Column<R> => ({
  id: 'owner',
  header: 'Owner',
  text: (row) => `${row.service} ${row.team}`,
  show: (row) => row.service || row.team || <span className="amber">nobody</span>,
});

const scan_columns: Column<ScanRow>[] = [
  runs_column(),
  place_column(),
  {
    id: 'result',
    header: 'Result',
    text: (row) => `${row.rule} ${row.message} ${row.file} ${row.tool}`,
    grow: true,
    show: (row) => (
      <span className="wrap">
        <strong>{row.rule}</strong> {row.message}{' '}
        <span className="quiet">
          {row.file}
          {row.line > 0 && `:${row.line}`}, says {row.tool}
        </span>
      </span>
    ),
  },
  { id: 'level', header: 'Level', text: (row) => row.level, show: (row) => row.level || '–', wide: true },
  {
    id: 'first',
    header: 'Came with',
    text: (row) => row.first?.commit ?? '',
    show: (row) =>
      row.first ? (
        <Link href={`/artifacts/${row.first.artifact}`}>{row.first.commit.slice(0, 7) || row.first.name}</Link>
      ) : (
        <span className="quiet">unknown</span>
      ),
    wide: true,
  },
  owner_column(),
  { ...time_column<ScanRow>('since', 'Since', (row) => row.since), wide: true },
];

const api_columns: Column<ApiRow>[] = [
  runs_column(),
  place_column(),
  {
    id: 'role',
    header: 'Is',
    text: (row) => row.role,
    show: (row) => (row.role === 'provider' ? 'what breaks its callers' : `a caller of ${row.api} that is broken`),
  },
  {
    id: 'breaks',
    header: 'What breaks',
    text: (row) => row.breaks.map((each) => `${each.operation} ${each.what}`).join(' '),
    grow: true,
    show: (row) => (
      <span className="wrap" title={row.breaks.map((each) => `${each.operation} ${each.place}: ${each.what}`).join('\n')}>
        {row.breaks[0] && `${row.breaks[0].operation}: ${row.breaks[0].what}`}
        {row.breaking > 1 && <span className="quiet"> and {row.breaking - 1} more</span>}
      </span>
    ),
  },
  {
    id: 'versions',
    header: 'From, to',
    text: (row) => `${row.before_version} ${row.after_version}`,
    show: (row) => `${row.before_version || '?'} → ${row.after_version || '?'}`,
    wide: true,
  },
  owner_column(),
];

function Covered({ coverage, more }: { coverage: ImpactCoverage; more: boolean }) {
  return (
    <>
      {more && <p className="amber">There is more than is shown.</p>}
      {coverage.uncovered.length > 0 && (
        <details>
          <summary>{counted(coverage.uncovered.length, 'workload', 'workloads')} could not be looked at</summary>
          <Blind rows={coverage.uncovered} />
        </details>
      )}
    </>
  );
}

function Scans({ rule, environment }: { rule: string; environment: string }) {
  const read = useScanWhere(rule, environment);
  return (
    <Loaded read={read}>
      {(data) => (
        <Card title={`Where ${rule} runs`} note={data.coverage.sentence}>
          <Table
            name="scans"
            rows={data.running}
            columns={scan_columns}
            id={(row) => `${row.workload} ${row.rule} ${row.file} ${row.line} ${row.message}`}
            time={(row) => moment(row.since)}
            empty={<p className="quiet">Nothing that runs has it.</p>}
          />
          <Covered {...data} />
        </Card>
      )}
    </Loaded>
  );
}

function Apis({ environment }: { environment: string }) {
  const read = useApiWhere(environment, true);
  return (
    <Loaded read={read}>
      {(data) => (
        <Card title="APIs that break, and whom" note={data.coverage.sentence}>
          <Table
            name="apis"
            rows={data.running}
            columns={api_columns}
            id={(row) => `${row.role} ${row.workload} ${row.artifact} ${row.other} ${row.api}`}
            time={(row) => moment(row.since)}
            empty={<p className="quiet">No release that runs breaks a caller.</p>}
          />
          <Covered {...data} />
        </Card>
      )}
    </Loaded>
  );
}

// Where results of scans and breaks of APIs run.
export default function Impact() {
  const { values, set } = useUrlState(['rule', 'environment']);
  const rule = values['rule'] ?? '';
  const environment = values['environment'] ?? '';
  return (
    <View sentence={[say(rule ? `Where what ${rule} found runs, and which APIs break.` : 'Which APIs break what runs beside them?')]}>
      <Card label="Question">
        <Ask rule={rule} environment={environment} set={set} />
      </Card>
      {rule ? (
        <Scans rule={rule} environment={environment} />
      ) : (
        <Empty command={command('scan where RULE')}>
          Ask for the rule of a scanner (SARIF), as in <code>js/sql-injection</code>: which releases that run have it, and
          since which one.
        </Empty>
      )}
      <Apis environment={environment} />
    </View>
  );
}

interface AskProps {
  rule: string;
  environment: string;
  set: (values: Record<string, string>) => void;
}

function Ask({ rule, environment, set }: AskProps) {
  const [words, setWords] = useState(rule);
  const [place, setPlace] = useState(environment);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ rule: words.trim(), environment: place.trim(), q: '', sort: '' });
  };
  return (
    <form className={styles.ask} onSubmit={submit}>
      <TextInput
        label="Rule of a scanner"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        placeholder="js/sql-injection, CKV_DOCKER_2"
      />
      <TextInput
        label="Only in this environment"
        value={place}
        onChange={(event) => setPlace(event.currentTarget.value)}
        placeholder="all"
      />
      <Button type="submit">Where</Button>
    </form>
  );
}
