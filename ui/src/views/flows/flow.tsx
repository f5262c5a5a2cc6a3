import { inner, useFlow, useTrails } from '../../api/queries.ts';
import type { Flow as Data, Trail } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Seal } from '../../parts/seal.tsx';
import type { Column } from '../../parts/table/columns.ts';
import {
  commit_column,
  named_column,
  PagedTable,
  proof_column,
  time_column,
} from '../../parts/table/usual.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { counted, listed, say } from '../../words/text.ts';
import { FlowStream } from '../overview/river.tsx';
import { Beads } from './beads.tsx';

const to = (trail: Trail) =>
  `/flows/${encodeURIComponent(trail.flow)}/trails/${encodeURIComponent(trail.name)}`;

const columns: Column<Trail>[] = [
  named_column('Trail', to),
  {
    id: 'beads',
    header: 'Evidence',
    text: (row) => row.missing.join(' '),
    show: (row) => <Beads beads={row.beads} />,
    grow: true,
  },
  {
    id: 'missing',
    header: 'Missing',
    text: (row) => row.missing.join(' '),
    show: (row) => <span className="amber">{row.missing.join(', ')}</span>,
    wide: true,
  },
  commit_column(),
  {
    id: 'branch',
    header: 'Branch',
    text: (row) => row.branch ?? '',
    show: (row) => row.branch || '–',
    hidden: true,
  },
  {
    id: 'author',
    header: 'Author',
    text: (row) => row.author ?? '',
    show: (row) => row.author || '–',
    wide: true,
  },
  time_column('begun', 'Begun', (row) => row.begun_at),
  proof_column(),
];

function sentence_of(flow: Data) {
  const trail = flow.latest_trail;
  if (!trail) return [say(`${flow.name} has no trail yet.`)];
  if (trail.compliant)
    return [
      say(`${flow.name} ${trail.beads.some((bead) => bead.state === 'met') ? 'has all it requires' : 'requires nothing yet'}. `),
      say(`Latest trail ${trail.name}`, to(trail)),
      say('.'),
    ];
  const failed = trail.beads.filter((bead) => bead.state === 'failed').map((bead) => `${bead.name} failed`);
  const missing = trail.missing.map((name) => `${name} is missing`);
  return [
    say(`${flow.name} cannot go on: `),
    say(listed([...failed, ...missing]) || 'evidence is missing', to(trail), 'red'),
    say('.'),
  ];
}

export default function Flow({ name }: { name: string }) {
  const read = useFlow(name);
  const trails = useTrails(name);
  const { ref, width } = useWidth<HTMLDivElement>();
  const flow = inner<Data>(read.data as Data | undefined, 'flow');
  return (
    <div ref={ref}>
      <Loaded read={{ ...read, data: flow }}>
        {(data) => (
          <View sentence={sentence_of(data)}>
            <Card title={data.name} note={data.description ?? undefined} side={<Seal entry={data.entry} />}>
              <FlowStream flow={data} width={Math.max(0, width - 36)} />
              <Template flow={data} />
            </Card>
            <Card title="Trails" note={counted(data.trails, 'run')}>
              <PagedTable
                name={`trails-${name}`}
                list={trails}
                columns={columns}
                id={(row) => row.name}
                link={to}
                at={(row) => row.begun_at}
                teach={{ words: 'No run of this flow yet.', command: `trail begin T --flow ${name}` }}
              />
            </Card>
          </View>
        )}
      </Loaded>
    </div>
  );
}

function Template({ flow }: { flow: Data }) {
  const required = [
    ...(flow.template?.attestations ?? []).map((each) => ({ ...each, of: 'the trail' })),
    ...(flow.template?.artifacts ?? []).flatMap((artifact) =>
      (artifact.attestations ?? []).map((each) => ({ ...each, of: artifact.name })),
    ),
  ];
  if (required.length === 0) return <p className="quiet">This flow requires nothing yet.</p>;
  return (
    <dl>
      {required.map((each) => (
        <Line key={each.of + each.name} name={each.name}>
          {each.type} <span className="quiet">of {each.of}</span>
        </Line>
      ))}
    </dl>
  );
}
