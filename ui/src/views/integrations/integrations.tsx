import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { useCallerRequests, useIntegrations } from '../../api/queries-more.ts';
import type { CallerRequest, Integration } from '../../api/types-more.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { counted, number, say } from '../../words/text.ts';
import { asked_words, asks_by_address, environments_of, kind_words, recipe_of, said_look, state_of } from './words.ts';

function Test({ integration }: { integration: Integration }) {
  const test = useAct<void>({
    path: () => `integrations/${encodeURIComponent(integration.name)}/test`,
    body: () => ({}),
    done: () => `${integration.name} is asked who we are; what it says stands among its requests`,
  });
  if (asks_by_address(integration.kind)) return null;
  return (
    <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
      Test
    </Button>
  );
}

const columns: Column<Integration>[] = [
  {
    id: 'name',
    header: 'Integration',
    text: (row) => `${row.name} ${kind_words[row.kind]}`,
    show: (row) => (
      <Link href={`/integrations?name=${encodeURIComponent(row.name)}`} className="strong">
        {row.name}
      </Link>
    ),
  },
  { id: 'kind', header: 'Asks as', text: (row) => kind_words[row.kind], show: (row) => kind_words[row.kind] },
  {
    id: 'for',
    header: 'For',
    text: environments_of,
    grow: true,
    show: (row) => <span className="wrap">{environments_of(row)}</span>,
  },
  {
    id: 'state',
    header: 'State',
    text: (row) => state_of(row).word,
    show: (row) => <LookWord {...state_of(row)} />,
  },
  {
    id: 'pending',
    header: 'Wait',
    text: (row) => String(row.pending),
    order: (row) => row.pending,
    show: (row) => number(row.pending),
    wide: true,
  },
  { id: 'act', header: 'Act', text: () => '', show: (row) => <Test integration={row} /> },
  proof_column(),
];

function Retry({ request }: { request: CallerRequest }) {
  const retry = useAct<void>({
    path: () => `integrations/${encodeURIComponent(request.integration)}/requests/${request.id}/retry`,
    body: () => ({}),
    done: () => 'It will be answered again now',
  });
  return (
    <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
      Retry
    </Button>
  );
}

const request_columns: Column<CallerRequest>[] = [
  {
    id: 'asked',
    header: 'Asked',
    text: (row) => `${asked_words(row)} ${row.asked.commit ?? ''}`,
    grow: true,
    show: (row) => <span className="wrap">{asked_words(row)}</span>,
  },
  {
    id: 'for',
    header: 'For',
    text: (row) => row.asked.ours ?? '',
    show: (row) =>
      row.asked.ours ? (
        <Link href={`/environments/${encodeURIComponent(row.asked.ours)}`}>{row.asked.ours}</Link>
      ) : (
        <span className="quiet">none of ours</span>
      ),
  },
  {
    id: 'said',
    header: 'Answer',
    text: (row) => `${row.state} ${row.said} ${row.last_error}`,
    show: (row) => (
      <span className="wrap">
        <LookWord {...said_look(row)} />
        {row.last_error && <span className="amber"> {row.last_error}</span>}
      </span>
    ),
  },
  {
    id: 'until',
    header: 'At the latest',
    text: (row) => (row.state === 'pending' ? row.until : ''),
    show: (row) => (row.state === 'pending' ? <When at={row.until} /> : ''),
    wide: true,
  },
  { ...time_column<CallerRequest>('received', 'Received', (row) => row.received_at) },
  { id: 'act', header: 'Act', text: () => '', show: (row) => (row.state === 'answered' ? '' : <Retry request={row} />) },
];

function Requests({ name }: { name: string }) {
  const [state, setState] = useState('');
  const list = useCallerRequests(name, state);
  return (
    <Card title={`What ${name} asked`} note="the newest first">
      <SegmentedControl
        size="xs"
        data={[
          { value: '', label: 'All' },
          { value: 'pending', label: 'Waiting' },
          { value: 'answered', label: 'Answered' },
          { value: 'dead', label: 'Given up' },
        ]}
        value={state}
        onChange={setState}
        aria-label="Requests"
      />
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      {list.data && (
        <PagedTable
          name="requests"
          list={list}
          columns={request_columns}
          id={(row) => String(row.id)}
          at={(row) => row.received_at}
          teach={{ words: 'It has asked nothing of that kind.', command: `integration requests ${name}` }}
        />
      )}
    </Card>
  );
}

function sentence_of(rows: Integration[]) {
  if (rows.length === 0) return [say('No delivery system asks the gate in its own words.')];
  const waiting = rows.reduce((sum, row) => sum + row.pending, 0);
  const dead = rows.reduce((sum, row) => sum + row.dead, 0);
  return [
    say(`${counted(rows.length, 'delivery system asks', 'delivery systems ask')} the gate.`),
    ...(waiting ? [say(` ${counted(waiting, 'request waits', 'requests wait')} for a verdict.`, undefined, 'amber')] : []),
    ...(dead ? [say(` ${counted(dead, 'answer', 'answers')} could not be given.`, undefined, 'red')] : []),
  ];
}

// Delivery systems that ask the gate: what each asks for, what waits, and the last answers.
export default function Integrations() {
  const list = useIntegrations();
  const { values } = useUrlState(['name']);
  const chosen = list.rows.find((row) => row.name === values['name']) ?? (list.rows.length === 1 ? list.rows[0] : undefined);
  return (
    <View sentence={list.data ? sentence_of(list.rows) : []}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card title="Integrations" note="secrets are never shown again">
        {list.data && (
          <Table
            name="integrations"
            rows={list.rows}
            columns={columns}
            id={(row) => row.name}
            empty={
              <Empty command={command('integration create pipeline --kind github')}>
                GitHub, GitLab, Flagger and Kubernetes can ask the gate in their own words. Argo CD, Flux, Jenkins and
                Spinnaker ask it with a step of theirs: docs/how-to has a recipe for each.
              </Empty>
            }
          />
        )}
        {chosen && <p className="quiet">How it is set up: {recipe_of(chosen.kind)}.</p>}
      </Card>
      {chosen && !asks_by_address(chosen.kind) && <Requests key={chosen.name} name={chosen.name} />}
    </View>
  );
}
