import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { useAccounts } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { words_of } from '../../api/client.ts';
import { Form } from '../../forms/form.tsx';
import { Sure } from '../../forms/sure.tsx';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { time_of } from '../../words/time.ts';
import { Once } from './once.tsx';
import styles from './settings.module.css';

const roles = ['admin', 'recorder', 'approver', 'reporter', 'auditor'];
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function End({ account }: { account: Account }) {
  const end = useAct<void>({
    method: 'DELETE',
    path: () => `accounts/${encodeURIComponent(account.name)}`,
    done: () => `${account.name} is ended`,
  });
  return (
    <Sure
      button="End…"
      title={`End the account ${account.name}`}
      word="End it"
      busy={end.isPending}
      act={(close) => end.mutate(undefined, { onSuccess: close })}>
      Its tokens are not accepted any more, at once. What it recorded stays in the ledger, under its name.
    </Sure>
  );
}

const columns: Column<Account>[] = [
  {
    id: 'name',
    header: 'Name',
    text: (row) => row.name,
    show: (row) => <strong className="wrap">{row.name}</strong>,
    grow: true,
  },
  { id: 'kind', header: 'Kind', text: (row) => row.kind, show: (row) => row.kind },
  { id: 'roles', header: 'Roles', text: (row) => row.roles.join(' '), show: (row) => row.roles.join(', ') },
  {
    id: 'flows',
    header: 'Flows',
    text: (row) => (row.flows ?? []).join(' '),
    show: (row) => row.flows?.join(', ') || 'all',
    wide: true,
  },
  {
    id: 'environments',
    header: 'Environments',
    text: (row) => (row.environments ?? []).join(' '),
    show: (row) => row.environments?.join(', ') || 'all',
    wide: true,
  },
  {
    id: 'expires',
    header: 'Ends',
    text: (row) => row.expires_at ?? '',
    show: (row) => <When at={row.expires_at} fallback="when ended" />,
    wide: true,
  },
  { id: 'end', header: 'Act', text: () => '', show: (row) => <End account={row} /> },
];

export function Accounts() {
  const read = useAccounts();
  const [making, setMaking] = useState(false);
  return (
    <Card
      title="Accounts"
      note="people, and services with tokens"
      side={
        <Button size="compact-sm" onClick={() => setMaking(true)}>
          New account
        </Button>
      }>
      {read.error && !read.data && <Problem>{words_of(read.error)}</Problem>}
      {read.data && (
        <Table
          name="accounts"
          prefix="accounts."
          rows={read.data.accounts}
          columns={columns}
          id={(row) => row.name}
          empty={<Empty command={command('account create ci --role recorder')}>No account but yours.</Empty>}
        />
      )}
      {making && <NewAccount close={() => setMaking(false)} />}
    </Card>
  );
}

function NewAccount({ close }: { close: () => void }) {
  const [kind, setKind] = useState<'people' | 'service-accounts'>('service-accounts');
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(['recorder']);
  const [flows, setFlows] = useState('');
  const [environments, setEnvironments] = useState('');
  const [ends, setEnds] = useState('');
  const [token, setToken] = useState('');
  const expires = ends ? time_of(ends, Date.now()) : null;
  const make = useAct<void>({
    path: () => kind,
    body: () => ({
      name,
      roles: chosen,
      ...(words(flows).length && { flows: words(flows) }),
      ...(words(environments).length && { environments: words(environments) }),
      ...(expires && { expires_at: expires }),
    }),
    done: () => `${name} made`,
  });
  const submit = () => {
    if (token) return close();
    make.mutate(undefined, { onSuccess: (answer) => setToken(String(answer['token'] ?? '')) });
  };
  return (
    <Form
      title="New account"
      opened
      close={close}
      word={token ? 'Done' : 'Make it'}
      busy={make.isPending}
      able={Boolean(name) && chosen.length > 0 && (!ends || Boolean(expires))}
      submit={submit}>
      <NativeSelect
        label="Kind"
        value={kind}
        disabled={Boolean(token)}
        data={[
          { value: 'service-accounts', label: 'service: a pipeline or a program' },
          { value: 'people', label: 'person' },
        ]}
        onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
      />
      <TextInput
        label="Name"
        value={name}
        disabled={Boolean(token)}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox.Group label="Roles" value={chosen} onChange={setChosen}>
        <div className={styles.roles}>
          {roles.map((role) => (
            <Checkbox key={role} value={role} label={role} disabled={Boolean(token)} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        label="Only these flows"
        placeholder="all"
        value={flows}
        onChange={(event) => setFlows(event.currentTarget.value)}
      />
      <TextInput
        label="Only these environments"
        placeholder="all"
        value={environments}
        onChange={(event) => setEnvironments(event.currentTarget.value)}
      />
      <TextInput
        label="Ends"
        placeholder="never; or 90d"
        value={ends}
        error={ends && !expires && 'Not a time'}
        onChange={(event) => setEnds(event.currentTarget.value)}
      />
      {token && <Once what={`The token of ${name}.`} secret={token} />}
    </Form>
  );
}
