import { SegmentedControl } from '@mantine/core';
import { Link } from 'wouter';
import { words_of } from '../../api/client.ts';
import { useVulnerabilities } from '../../api/queries-resolve.ts';
import type { Vulnerability } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { useUrlState } from '../../parts/table/url-state.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted, number, say } from '../../words/text.ts';
import { BacklogStrip } from './backlog.tsx';
import { flaw_column } from './flaw-column.tsx';
import {
  component_words,
  is_suppressed,
  reason_words,
  severity_look,
  severity_rank,
  severity_word,
  state_looks,
  stated_look,
  status_word,
  where_of,
} from './words.ts';

const to = (row: Vulnerability) => `/vulnerabilities/${row.id}`;

const columns: Column<Vulnerability>[] = [
  {
    id: 'priority',
    header: 'Priority',
    text: (row) => String(row.priority.points),
    order: (row) => (is_suppressed(row) ? 1000 : 0) - row.priority.points,
    show: (row) => (
      <span title={row.priority.terms.map((term) => `${term.name} ${term.points}: ${term.because}`).join('\n')}>
        {row.priority.points.toFixed(1)}
      </span>
    ),
  },
  {
    id: 'severity',
    header: 'Severity',
    text: (row) => severity_word(row.severity),
    order: (row) => severity_rank(row.severity) * 100 - Number(row.score || 0),
    show: (row) => (
      <LookWord look={severity_look(row.severity)} word={`${severity_word(row.severity)} ${row.score}`.trim()} strong />
    ),
  },
  flaw_column(to),
  {
    id: 'component',
    header: 'Component',
    text: (row) => row.component,
    show: (row) => (
      <Link href={where_of(row.component)} className="wrap">
        <span title={row.component}>{component_words(row.component)}</span>
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    text: (row) => row.state,
    show: (row) => <LookWord look={state_looks[row.state]} word={row.state} />,
    wide: true,
  },
  {
    id: 'stated',
    header: 'Stated',
    text: (row) => (row.statement ? `${status_word(row.statement.status)} ${reason_words(row.statement)}` : ''),
    show: (row) =>
      row.statement ? (
        <span title={reason_words(row.statement)}>
          <LookWord look={stated_look(row.statement.status)} word={status_word(row.statement.status)} />
        </span>
      ) : row.suppressed > 0 ? (
        <span className="quiet">
          not affected in {number(row.suppressed)} of {number(row.artifacts)}
        </span>
      ) : (
        ''
      ),
    wide: true,
  },
  {
    id: 'due',
    header: 'Due',
    text: (row) => row.due_at ?? '',
    order: (row) => (row.due_at ? Date.parse(row.due_at) : Number.MAX_SAFE_INTEGER),
    show: (row) =>
      row.due_at ? (
        <span className={row.overdue ? 'red' : undefined}>
          <When at={row.due_at} />
        </span>
      ) : (
        ''
      ),
    wide: true,
  },
  {
    id: 'artifacts',
    header: 'Artifacts',
    text: (row) => String(row.artifacts),
    order: (row) => row.artifacts,
    show: (row) => number(row.artifacts),
  },
  {
    id: 'fixed',
    header: 'Fixed in',
    text: (row) => row.fixed,
    show: (row) => row.fixed || <span className="quiet">no fix known</span>,
    wide: true,
  },
  {
    id: 'where',
    header: 'Where',
    text: () => '',
    show: (row) => <Link href={where_of(row.cluster)}>where it runs</Link>,
  },
  { ...time_column<Vulnerability>('opened', 'Found', (row) => row.opened_at), wide: true },
  proof_column(),
];

function sentence_of(rows: Vulnerability[], more: boolean, open: boolean) {
  if (rows.length === 0)
    return [say(open ? 'No flaw is known in any recorded component.' : 'No flaw was ever found.'), say(' Feeds and bills of materials decide what can be known.')];
  const flaws = new Set(rows.map((row) => row.cluster)).size;
  const worst = rows.filter((row) => row.severity === 'critical').length;
  const fixable = rows.filter((row) => row.fixed).length;
  return [
    say(counted(flaws, 'flaw is', 'flaws are') + (more ? ' and more' : ''), undefined, open ? 'red' : undefined),
    say(open ? ' open in recorded components.' : ' known, open or over.'),
    ...(worst ? [say(' '), say(counted(worst, 'finding is', 'findings are'), '/vulnerabilities?q=severity:critical', 'red'), say(' critical.')] : []),
    say(` A fixed version is known for ${number(fixable)} of ${number(rows.length)}.`),
  ];
}

// Findings, the most urgent first: one for each flaw and component.
export default function Vulnerabilities() {
  const { values, set } = useUrlState(['state', 'environment', 'artifact']);
  const open = values['state'] !== 'all';
  const list = useVulnerabilities({
    order: 'priority',
    open: open ? 'true' : '',
    environment: values['environment'] ?? '',
    artifact: values['artifact'] ?? '',
  });
  const only = [values['artifact'] && 'one artifact', values['environment']].filter(Boolean).join(' in ');
  return (
    <View sentence={list.data ? sentence_of(list.rows, list.hasNextPage, open) : []}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      {!only && <BacklogStrip />}
      <Card label="Vulnerabilities">
        <div className="row">
          <SegmentedControl
            size="xs"
            data={[
              { value: 'open', label: 'Open' },
              { value: 'all', label: 'All' },
            ]}
            value={open ? 'open' : 'all'}
            onChange={(next) => set({ state: next === 'all' ? 'all' : '' })}
            aria-label="State"
          />
          {only && (
            <span className="quiet">
              only of {only}; <Link href="/vulnerabilities">show all</Link>
            </span>
          )}
        </div>
        {list.data && (
          <PagedTable
            name="vulnerabilities"
            list={list}
            columns={columns}
            id={(row) => row.id}
            link={to}
            at={(row) => row.opened_at}
            teach={{
              words: 'Record a bill of materials with each artifact and give the server advisories (serve --advisories); what is affected stands here.',
              command: 'vuln where CVE-2021-44228',
            }}
          />
        )}
      </Card>
    </View>
  );
}
