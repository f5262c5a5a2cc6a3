import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { usePolicies } from '../../api/queries-decide.ts';
import { words_of } from '../../api/client.ts';
import type { Policy } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { named_column, proof_column, time_column } from '../../parts/table/usual.tsx';
import { More, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, listed, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { Attached, place_of } from './attached.tsx';
import { NewPolicy } from './new-policy.tsx';
import { Proposals } from './proposals.tsx';

const to = (policy: Policy) => `/policies/${encodeURIComponent(policy.name)}`;

const columns: Column<Policy>[] = [
  named_column<Policy>('Policy', to),
  {
    id: 'description',
    header: 'What for',
    text: (row) => row.description,
    grow: true,
    wide: true,
    show: (row) => <span className="wrap">{row.description || <span className="quiet">not said</span>}</span>,
  },
  {
    id: 'attached',
    header: 'Counts in',
    text: (row) => row.attachments.map((each) => `${place_of(each)} ${each.mode}`).join(' '),
    show: (row) => <Attached attachments={row.attachments} />,
  },
  {
    id: 'version',
    header: 'Version',
    text: (row) => String(row.version),
    order: (row) => row.version,
    show: (row) => <span>{row.version}</span>,
    wide: true,
  },
  { id: 'form', header: 'Form', text: (row) => row.form, show: (row) => row.form, wide: true },
  { id: 'actor', header: 'By', text: (row) => row.actor, show: (row) => row.actor, wide: true },
  { ...time_column<Policy>('created', 'Changed', (row) => row.created_at), wide: true },
  proof_column(),
];

function sentence_of(policies: Policy[]) {
  if (policies.length === 0)
    return [say('No policy is set.'), say(' What may run is what a person approved.')];
  const all = policies.flatMap((policy) => policy.attachments);
  const deciding = policies.filter((policy) => policy.attachments.some((each) => each.mode === 'enforce'));
  const places = [...new Set(all.filter((each) => each.mode === 'enforce').map(place_of))].sort();
  const trial = policies.length - deciding.length;
  const first = deciding.length
    ? [
        say(counted(deciding.length, 'policy decides', 'policies decide'), '/policies?q=attached:enforce'),
        say(places.length > 3 ? ` in ${places.length} places.` : ` in ${listed(places)}.`),
      ]
    : [say('No policy decides yet.')];
  return [...first, say(trial ? ` ${counted(trial, 'other is', 'others are')} on trial or not attached.` : '')];
}

// What is asked before something may run, and where each policy counts.
export default function Policies() {
  const list = usePolicies();
  const [making, setMaking] = useState(false);
  return (
    <View
      sentence={list.data ? sentence_of(list.rows) : []}
      side={<Button onClick={() => setMaking(true)}>New policy…</Button>}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Proposals />
      <Card label="Policies">
        {list.data && (
          <Table
            name="policies"
            rows={list.rows}
            columns={columns}
            id={(row) => row.name}
            link={to}
            time={(row) => moment(row.created_at)}
            more={<More list={list} />}
            empty={
              <Empty command={command('policy bundle starter --environment production')}>
                A policy says what must be known of an artifact before it may run. The starter bundle is a set of rules
                that people keep on; in shadow it changes nothing yet. See{' '}
                <Link href="/decisions">decisions</Link> for what was decided so far.
              </Empty>
            }
          />
        )}
      </Card>
      {making && <NewPolicy close={() => setMaking(false)} />}
    </View>
  );
}
