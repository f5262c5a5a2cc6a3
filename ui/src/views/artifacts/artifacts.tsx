import { Link } from 'wouter';
import { useArtifacts } from '../../api/queries.ts';
import type { ArtifactRow } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Problem } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import {
  commit_column,
  named_column,
  PagedTable,
  proof_column,
  time_column,
} from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { counted, number, say } from '../../words/text.ts';
import { words_of } from '../../api/client.ts';

const to = (row: ArtifactRow) => `/artifacts/${row.digest}`;

const columns: Column<ArtifactRow>[] = [
  { ...named_column<ArtifactRow>('Name', to), grow: true },
  {
    id: 'digest',
    header: 'Digest',
    text: (row) => row.digest,
    show: (row) => <Digest digest={row.digest} />,
  },
  { id: 'kind', header: 'Kind', text: (row) => row.kind, show: (row) => row.kind, wide: true },
  {
    id: 'flow',
    header: 'Flow',
    text: (row) => row.flow ?? '',
    show: (row) => (row.flow ? <Link href={`/flows/${encodeURIComponent(row.flow)}`}>{row.flow}</Link> : '–'),
    wide: true,
  },
  {
    id: 'trail',
    header: 'Trail',
    text: (row) => row.trail ?? '',
    show: (row) => row.trail || '–',
    wide: true,
  },
  commit_column(),
  {
    id: 'running',
    header: 'Runs in',
    text: (row) => (row.running_in ?? []).join(' ') || 'nowhere',
    wide: true,
    show: (row) =>
      row.running_in?.length ? (
        row.running_in.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <Link href={`/environments/${encodeURIComponent(name)}`}>{name}</Link>
          </span>
        ))
      ) : (
        <span className="quiet">nowhere</span>
      ),
  },
  {
    id: 'service',
    header: 'Service',
    text: (row) => row.service ?? '',
    show: (row) => row.service || '–',
    hidden: true,
  },
  time_column('created', 'Recorded', (row) => row.created_at),
  proof_column(),
];

export default function Artifacts() {
  const list = useArtifacts();
  const running = list.rows.filter((row) => row.running_in?.length).length;
  const many = `${counted(list.rows.length, 'artifact')}${list.hasNextPage ? ' and more' : ''}`;
  return (
    <View
      sentence={
        list.rows.length
          ? [
              say(many, '/artifacts'),
              say(' recorded.'),
              say(' '),
              say(number(running), '/artifacts?q=-running:nowhere'),
              say(` of them ${running === 1 ? 'runs' : 'run'} now.`),
            ]
          : [say('No artifact yet.')]
      }>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card label="Artifacts">
        {list.data && (
          <PagedTable
            name="artifacts"
            list={list}
            columns={columns}
            id={(row) => row.digest + (row.flow ?? '') + row.name}
            link={to}
            at={(row) => row.created_at}
            teach={{
              words: 'An artifact is something that can run, named by its content. Record one from your pipeline.',
              command: 'record ./program --flow FLOW --trail RUN --evidence "out/**"',
            }}
          />
        )}
      </Card>
    </View>
  );
}
