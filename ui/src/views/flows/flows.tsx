import { Link } from 'wouter';
import { useFlows } from '../../api/queries.ts';
import type { Flow } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { all_of, counted, number, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { Beads } from './beads.tsx';

const to = (flow: Flow) => `/flows/${encodeURIComponent(flow.name)}`;
const state = (flow: Flow) =>
  !flow.latest_trail
    ? 'no trail'
    : !flow.latest_trail.compliant
      ? 'not met'
      : flow.latest_trail.beads.some((bead) => bead.state === 'met')
        ? 'met'
        : 'nothing required';

const columns: Column<Flow>[] = [
  {
    id: 'name',
    header: 'Flow',
    text: (row) => row.name,
    show: (row) => (
      <Link href={to(row)} className="strong">
        {row.name}
      </Link>
    ),
  },
  {
    id: 'service',
    header: 'Service',
    text: (row) => row.service ?? '',
    show: (row) => row.service || '–',
    wide: true,
  },
  {
    id: 'state',
    header: 'State',
    text: state,
    show: (row) => <span className={state(row) === 'not met' ? 'amber' : 'quiet'}>{state(row)}</span>,
  },
  {
    id: 'beads',
    header: 'Latest trail',
    text: (row) => (row.latest_trail?.missing ?? []).join(' '),
    show: (row) => <Beads beads={row.latest_trail?.beads ?? []} />,
    grow: true,
  },
  {
    id: 'trail',
    header: 'Trail',
    text: (row) => row.latest_trail?.name ?? '',
    wide: true,
    show: (row) =>
      row.latest_trail ? (
        <Link href={`${to(row)}/trails/${encodeURIComponent(row.latest_trail.name)}`}>
          {row.latest_trail.name}
        </Link>
      ) : (
        '–'
      ),
  },
  {
    id: 'begun',
    header: 'Begun',
    text: (row) => row.latest_trail?.begun_at ?? '',
    order: (row) => moment(row.latest_trail?.begun_at) || 0,
    show: (row) => <When at={row.latest_trail?.begun_at} fallback="–" />,
  },
  {
    id: 'trails',
    header: 'Trails',
    text: (row) => String(row.trails),
    order: (row) => row.trails,
    show: (row) => number(row.trails),
    wide: true,
  },
];

function sentence_of(flows: Flow[]) {
  const stuck = flows.filter((flow) => state(flow) === 'not met').length;
  if (flows.length === 0) return [say('No flow yet.')];
  if (stuck === 0) return [
      say(`${all_of(flows.length, 'flow')} ${flows.length === 1 ? 'has what it requires' : 'have what they require'}.`),
    ];
  return [
    say(counted(stuck, 'flow'), '/flows?q=state:"not met"', 'amber'),
    say(` of ${flows.length} ${stuck === 1 ? 'waits' : 'wait'} for evidence.`),
  ];
}

export default function Flows() {
  const read = useFlows();
  return (
    <Loaded read={read}>
      {({ flows }) => (
        <View sentence={sentence_of(flows)}>
          <Card label="Flows">
            <Table
              name="flows"
              rows={flows}
              columns={columns}
              id={(row) => row.name}
              link={to}
              time={(row) => moment(row.latest_trail?.begun_at)}
              empty={
                <Empty command={command('flow create payments-api')}>
                  A flow is how something is delivered, with the evidence it requires.
                </Empty>
              }
            />
          </Card>
        </View>
      )}
    </Loaded>
  );
}
