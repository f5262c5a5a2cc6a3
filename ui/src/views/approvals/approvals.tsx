import { Link } from 'wouter';
import { useApprovals } from '../../api/queries.ts';
import { useApprovalRequests } from '../../api/queries-decide.ts';
import { words_of } from '../../api/client.ts';
import type { Approval, ApprovalRequest } from '../../api/types.ts';
import { Revoke } from '../../forms/revoke.tsx';
import { Card, Pill } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Problem } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted, number, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { Inbox } from './inbox.tsx';
import { approval_tone } from '../artifacts/approvals.tsx';

const week = 7 * 86_400_000;
const state = (row: Approval) => `${row.state}${row.adopted ? ' adopted' : ''}`;

const columns: Column<Approval>[] = [
  {
    id: 'state',
    header: 'State',
    text: state,
    show: (row) => (
      <Pill tone={approval_tone(row.state)}>
        {row.state}
        {row.adopted ? ', adopted' : ''}
      </Pill>
    ),
  },
  {
    id: 'artifact',
    header: 'Artifact',
    text: (row) => `${row.artifact_name ?? ''} ${row.artifact}`,
    grow: true,
    show: (row) => (
      <span className="wrap">
        <Link href={`/artifacts/${row.artifact}`} className="strong">
          {row.artifact_name || 'unnamed'}
        </Link>{' '}
        <Digest digest={row.artifact} />
      </span>
    ),
  },
  {
    id: 'environment',
    header: 'Environment',
    text: (row) => row.environment,
    show: (row) => (
      <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>
    ),
  },
  { id: 'actor', header: 'By', text: (row) => row.actor, show: (row) => row.actor, wide: true },
  { ...time_column<Approval>('recorded', 'Given', (row) => row.recorded_at), wide: true },
  {
    id: 'until',
    header: 'Ends',
    text: (row) => row.until ?? '',
    order: (row) => moment(row.until) || Infinity,
    show: (row) => <When at={row.until} fallback="when revoked" />,
    wide: true,
  },
  {
    id: 'reason',
    header: 'Reason',
    text: (row) => row.reason ?? '',
    show: (row) => <span className="wrap">{row.reason}</span>,
    wide: true,
  },
  {
    id: 'id',
    header: 'Id',
    text: (row) => String(row.id),
    show: (row) => <code>{row.id}</code>,
    hidden: true,
  },
  proof_column(),
  { id: 'revoke', header: 'Act', text: () => '', show: (row) => <Revoke approval={row} /> },
];

function asked_of(requests: ApprovalRequest[]) {
  const open = requests.filter((request) => request.state === 'open').length;
  if (open === 0) return [];
  return [say(counted(open, 'request waits', 'requests wait'), undefined, 'amber'), say(' for consent. ')];
}

function sentence_of(rows: Approval[], now: number) {
  const active = rows.filter((row) => row.state === 'active');
  const ending = active.filter((row) => row.until && moment(row.until) - now < week).length;
  const adopted = active.filter((row) => row.adopted).length;
  if (rows.length === 0) return [say('Nobody has approved anything yet.')];
  return [
    say(counted(active.length, 'approval'), '/approvals?q=state:active'),
    say(active.length === 1 ? ' is in force. ' : ' are in force. '),
    ...(ending
      ? [
          say(counted(ending, 'approval'), '/approvals?sort=until', 'amber'),
          say(` ${ending === 1 ? 'ends' : 'end'} within a week. `),
        ]
      : []),
    ...(adopted
      ? [say(number(adopted), '/approvals?q=state:adopted'), say(' were adopted and not reviewed.')]
      : []),
  ];
}

export default function Approvals() {
  const list = useApprovals({});
  const requests = useApprovalRequests({});
  return (
    <View sentence={[...asked_of(requests.rows), ...sentence_of(list.rows, Date.now())]}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      {requests.data && <Inbox requests={requests.rows} />}
      <Card title="Given" note="what may run where, and until when">
        {list.data && (
          <PagedTable
            name="approvals"
            list={list}
            columns={columns}
            id={(row) => row.id}
            at={(row) => row.recorded_at}
            teach={{
              words: 'An approval allows an artifact to run in an environment during a period.',
              command: 'approve ./program --environment production',
            }}
          />
        )}
      </Card>
    </View>
  );
}
