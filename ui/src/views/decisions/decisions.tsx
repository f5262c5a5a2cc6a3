import { SegmentedControl } from '@mantine/core';
import { Link } from 'wouter';
import { useDecisions } from '../../api/queries-decide.ts';
import { words_of } from '../../api/client.ts';
import type { DecisionRow } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { useUrlState } from '../../parts/table/url-state.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { verdict_looks } from '../../words/decision.ts';
import { counted, say } from '../../words/text.ts';

const to = (row: DecisionRow) => `/decisions/${row.entry}`;

const columns: Column<DecisionRow>[] = [
  {
    id: 'verdict',
    header: 'Verdict',
    text: (row) => row.verdict,
    show: (row) => (
      <Link href={to(row)}>
        <LookWord look={verdict_looks[row.verdict]} word={row.verdict} strong />
      </Link>
    ),
  },
  {
    id: 'artifact',
    header: 'Artifact',
    text: (row) => `${row.artifact_name} ${row.artifact}`,
    grow: true,
    show: (row) => (
      <span className="wrap">
        <Link href={`/artifacts/${row.artifact}`} className="strong">
          {row.artifact_name || 'unknown'}
        </Link>{' '}
        <Digest digest={row.artifact} />
      </span>
    ),
  },
  {
    id: 'environment',
    header: 'Environment',
    text: (row) => row.environment,
    show: (row) => <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>,
  },
  {
    id: 'asked',
    header: 'Asked',
    text: (row) => row.purpose,
    show: (row) => (row.purpose === 'running' ? 'may it go on' : 'may it start'),
    wide: true,
  },
  {
    id: 'class',
    header: 'Class',
    text: (row) => row.change_class,
    show: (row) => row.change_class,
    wide: true,
  },
  {
    id: 'now',
    header: 'Holds',
    text: (row) => (row.current ? 'now' : 'earlier'),
    show: (row) => (row.current ? 'now' : <span className="quiet">earlier</span>),
    wide: true,
  },
  time_column<DecisionRow>('at', 'Decided', (row) => row.decided_at),
  proof_column(),
];

// Of one verdict alone nothing follows for the others.
function sentence_of(rows: DecisionRow[], verdict: string) {
  if (verdict) {
    const in_force = rows.filter((row) => row.current).length;
    return [
      say(`Decisions that say ${verdict}: `),
      say(in_force ? `${in_force} in force.` : 'none is in force.'),
    ];
  }
  if (rows.length === 0) return [say('Nothing was decided yet.'), say(' A decision arises when somebody asks.')];
  const now = rows.filter((row) => row.current);
  const count = (verdict: string) => now.filter((row) => row.verdict === verdict).length;
  const [denied, open, passes] = [count('deny'), count('undecided'), count('allow') + count('warn')];
  if (denied + open === 0)
    return [say(`All that was asked for may run.`), say(` ${counted(now.length, 'decision')} in force.`)];
  return [
    ...(denied
      ? [say(counted(denied, 'release is', 'releases are'), '/decisions?verdict=deny', 'red'), say(' held back')]
      : [say('Nothing is held back')]),
    ...(open
      ? [say(', '), say(counted(open, 'is undecided', 'are undecided'), '/decisions?verdict=undecided', 'amber'), say('.')]
      : [say('.')]),
    say(' '),
    say(counted(passes, 'other'), '/decisions?verdict=allow'),
    say(' may run.'),
  ];
}

const verdicts = ['all', 'allow', 'warn', 'undecided', 'deny'];

// Every verdict of the gate and of what runs, newest first; each with its reasons and its replay.
export default function Decisions() {
  const { values, set } = useUrlState(['verdict', 'artifact', 'environment']);
  const list = useDecisions({
    verdict: values['verdict'] ?? '',
    artifact: values['artifact'] ?? '',
    environment: values['environment'] ?? '',
  });
  const only = [values['artifact'] && 'one artifact', values['environment']].filter(Boolean).join(' in ');
  return (
    <View sentence={list.data ? sentence_of(list.rows, values['verdict'] ?? '') : []}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card label="Decisions">
        <div className="row">
          <SegmentedControl
            size="xs"
            data={verdicts}
            value={values['verdict'] || 'all'}
            onChange={(next) => set({ verdict: next === 'all' ? '' : next })}
            aria-label="Verdict"
          />
          {only && (
            <span className="quiet">
              only of {only}; <Link href="/decisions">show all</Link>
            </span>
          )}
        </div>
        {list.data && (
          <PagedTable
            name="decisions"
            list={list}
            columns={columns}
            id={(row) => row.entry}
            link={to}
            at={(row) => row.decided_at}
            teach={{
              words: 'Ask the gate whether an artifact may run; its answer is recorded with every reason.',
              command: 'gate ./program --environment production --explain',
            }}
          />
        )}
      </Card>
    </View>
  );
}
