import { Link } from 'wouter';
import { useArtifacts } from '../../api/queries.ts';
import type { ArtifactRow } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { More, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { counted, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { words_of } from '../../api/client.ts';

const to = (row: ArtifactRow) => `/artifacts/${row.digest}`;

const columns: Column<ArtifactRow>[] = [
  {
    id: 'name',
    header: 'Name',
    text: (row) => row.name,
    show: (row) => (
      <Link href={to(row)} className="strong wrap">
        {row.name}
      </Link>
    ),
    grow: true,
  },
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
  {
    id: 'commit',
    header: 'Commit',
    text: (row) => row.commit ?? '',
    show: (row) => (row.commit ? <code title={row.commit}>{row.commit.slice(0, 7)}</code> : '–'),
    wide: true,
  },
  {
    id: 'running',
    header: 'Runs in',
    text: (row) => (row.running_in ?? []).join(' '),
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
  {
    id: 'created',
    header: 'Recorded',
    text: (row) => row.created_at,
    order: (row) => moment(row.created_at),
    show: (row) => <When at={row.created_at} />,
  },
  {
    id: 'entry',
    header: 'Proof',
    text: (row) => String(row.entry),
    show: (row) => <Seal entry={row.entry} />,
    wide: true,
  },
];

export default function Artifacts() {
  const list = useArtifacts();
  const running = list.rows.filter((row) => row.running_in?.length).length;
  const many = `${counted(list.rows.length, 'artifact')}${list.hasNextPage ? ' and more' : ''}`;
  return (
    <View
      sentence={
        list.rows.length
          ? [say(`${many} recorded.`), say(` ${running} of them run now.`)]
          : [say('No artifact yet.')]
      }>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card label="Artifacts">
        {list.data && (
          <Table
            name="artifacts"
            rows={list.rows}
            columns={columns}
            id={(row) => row.digest + (row.flow ?? '') + row.name}
            link={to}
            time={(row) => moment(row.created_at)}
            more={<More list={list} />}
            empty={
              <Empty command={command('record ./program --evidence "out/**"')}>
                An artifact is something that can run, named by its content. Record one from your pipeline.
              </Empty>
            }
          />
        )}
      </Card>
    </View>
  );
}
