import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { useChannels } from '../../api/queries.ts';
import type { Channel } from '../../api/types.ts';
import { words_of } from '../../api/client.ts';
import { Form } from '../../forms/form.tsx';
import { Sure } from '../../forms/sure.tsx';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { counted, number } from '../../words/text.ts';
import { Deliveries } from './deliveries.tsx';
import { Once } from './once.tsx';

function Acts({ channel }: { channel: Channel }) {
  const at = `channels/${encodeURIComponent(channel.name)}`;
  const test = useAct<void>({
    path: () => `${at}/test`,
    body: () => ({}),
    done: (answer) => `Test sent to ${channel.name}${told(answer)}`,
  });
  const rotate = useAct<void>({
    method: 'PUT',
    path: () => at,
    body: () => ({ rotate: true }), // its address stays: it is shown here without its query
    done: () => `${channel.name} has a second secret`,
  });
  const [secret, setSecret] = useState('');
  const end = useAct<void>({ method: 'DELETE', path: () => at, done: () => `${channel.name} is ended` });
  return (
    <span className="row">
      <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
        Test
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={rotate.isPending}
        onClick={() =>
          rotate.mutate(undefined, { onSuccess: (answer) => setSecret(String(answer['secret'] ?? '')) })
        }>
        Rotate
      </Button>
      <Sure
        button="End…"
        title={`End the channel ${channel.name}`}
        word="End it"
        busy={end.isPending}
        act={(close) => end.mutate(undefined, { onSuccess: close })}>
        No alert is delivered to {channel.url} any more.
        {channel.pending > 0 && ` ${counted(channel.pending, 'message waits', 'messages wait')} and will not be sent.`}
      </Sure>
      {secret && (
        <Form
          title={`Second secret of ${channel.name}`}
          opened
          close={() => setSecret('')}
          word="Done"
          submit={() => setSecret('')}>
          <Once what="Deliveries are signed with both secrets until the next rotation." secret={secret} />
        </Form>
      )}
    </span>
  );
}

function told(answer: Record<string, unknown>): string {
  const delivery = answer['delivery'] as { last_status?: number; last_error?: string } | undefined;
  if (delivery?.last_error) return `: ${delivery.last_error}`;
  return delivery?.last_status ? `; it answered ${delivery.last_status}` : '';
}

const columns: Column<Channel>[] = [
  { id: 'name', header: 'Channel', text: (row) => row.name, show: (row) => <strong>{row.name}</strong> },
  { id: 'kind', header: 'Kind', text: (row) => row.kind, show: (row) => row.kind, wide: true },
  {
    id: 'url',
    header: 'To',
    text: (row) => row.url,
    show: (row) => <span className="wrap">{row.url}</span>,
    grow: true,
  },
  { id: 'state', header: 'State', text: (row) => row.state, show: (row) => row.state },
  {
    id: 'last',
    header: 'Last delivery',
    text: (row) => row.last_delivery?.at ?? '',
    wide: true,
    show: (row) =>
      row.last_delivery ? (
        <span className={row.last_delivery.error ? 'amber' : ''}>
          <When at={row.last_delivery.at} />
          {row.last_delivery.status ? `, ${row.last_delivery.status}` : ''}
        </span>
      ) : (
        'none yet'
      ),
  },
  {
    id: 'pending',
    header: 'Pending',
    text: (row) => String(row.pending),
    order: (row) => row.pending,
    show: (row) => number(row.pending),
    wide: true,
  },
  {
    id: 'dead',
    header: 'Dead',
    text: (row) => String(row.dead),
    order: (row) => row.dead,
    show: (row) => <span className={row.dead ? 'red strong' : ''}>{number(row.dead)}</span>,
  },
  { id: 'act', header: 'Act', text: () => '', show: (row) => <Acts channel={row} /> },
];

export function Channels() {
  const read = useChannels();
  const [making, setMaking] = useState(false);
  return (
    <Card
      title="Channels"
      note="where alerts are delivered, at least once"
      side={
        <Button size="compact-sm" onClick={() => setMaking(true)}>
          New channel
        </Button>
      }>
      {read.error && !read.data && <Problem>{words_of(read.error)}</Problem>}
      {read.data && (
        <>
          <Table
            name="channels"
            prefix="channels."
            rows={read.data.channels}
            columns={columns}
            id={(row) => row.name}
            empty={
              <Empty command={command('channel add ops --url https://…')}>
                Alerts are shown here and nowhere else. Name a webhook to deliver them.
              </Empty>
            }
          />
          {read.data.channels.length > 0 && <Deliveries />}
        </>
      )}
      {making && <NewChannel close={() => setMaking(false)} />}
    </Card>
  );
}

function NewChannel({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [environments, setEnvironments] = useState('');
  const [secret, setSecret] = useState('');
  const only = environments.split(/[\s,]+/).filter(Boolean);
  const make = useAct<void>({
    method: 'PUT',
    path: () => `channels/${encodeURIComponent(name)}`,
    body: () => ({ kind: 'webhook', url, ...(only.length && { environments: only }) }),
    done: () => `Channel ${name} made`,
  });
  const submit = () => {
    if (secret) return close();
    make.mutate(undefined, {
      onSuccess: (answer) => (answer['secret'] ? setSecret(String(answer['secret'])) : close()),
    });
  };
  return (
    <Form
      title="New channel"
      opened
      close={close}
      word={secret ? 'Done' : 'Make it'}
      busy={make.isPending}
      able={Boolean(name) && /^https?:\/\//.test(url)}
      submit={submit}>
      <TextInput
        label="Name"
        value={name}
        disabled={Boolean(secret)}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label="Webhook"
        placeholder="https://…"
        value={url}
        disabled={Boolean(secret)}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        label="Only these environments"
        placeholder="all"
        value={environments}
        disabled={Boolean(secret)}
        onChange={(event) => setEnvironments(event.currentTarget.value)}
      />
      {secret && <Once what="Deliveries are signed with this secret." secret={secret} />}
    </Form>
  );
}
