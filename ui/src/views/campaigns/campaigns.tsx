import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { useCampaigns } from '../../api/queries-bill.ts';
import type { Campaign } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted, number, say } from '../../words/text.ts';
import { moment, time_of } from '../../words/time.ts';
import { flaw_column } from '../vulnerabilities/flaw-column.tsx';
import { severity_look, severity_word } from '../vulnerabilities/words.ts';
import { state_looks } from './words.ts';
import styles from './campaigns.module.css';

const to = (row: Campaign) => `/campaigns/${row.id}`;

const columns: Column<Campaign>[] = [
  flaw_column(to),
  { id: 'state', header: 'State', text: (row) => row.state, show: (row) => <LookWord look={state_looks[row.state]} word={row.state} /> },
  {
    id: 'severity',
    header: 'Severity',
    text: (row) => severity_word(row.severity),
    show: (row) => <LookWord look={severity_look(row.severity)} word={severity_word(row.severity)} />,
    wide: true,
  },
  {
    id: 'owners',
    header: 'Owners to act',
    text: (row) => String(row.owners_open),
    order: (row) => row.owners_open,
    show: (row) => `${number(row.owners_open)} of ${number(row.owners)}`,
  },
  {
    id: 'workloads',
    header: 'Still running',
    text: (row) => String(row.workloads_open),
    order: (row) => row.workloads_open,
    show: (row) => `${number(row.workloads_open)} of ${number(row.workloads)}`,
  },
  {
    id: 'due',
    header: 'Due',
    text: (row) => row.due ?? '',
    order: (row) => (row.due ? moment(row.due) : Infinity),
    show: (row) => (row.due ? <When at={row.due} /> : <span className="quiet">no date</span>),
  },
  { ...time_column<Campaign>('opened', 'Opened', (row) => row.opened_at), wide: true },
  proof_column(),
];

function sentence_of(rows: Campaign[]) {
  const open = rows.filter((row) => row.state !== 'closed');
  const late = open.filter((row) => row.state === 'overdue').length;
  if (open.length === 0) return [say('No campaign is open.')];
  return [
    say(`${counted(open.length, 'campaign is', 'campaigns are')} open.`),
    ...(late ? [say(` ${counted(late, 'of them was', 'of them were')} due.`, undefined, 'red')] : []),
  ];
}

// Campaigns against single flaws, the newest first, and opening one.
export default function Campaigns() {
  const list = useCampaigns();
  return (
    <View sentence={list.data ? sentence_of(list.rows) : []}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card title="Open one" note="for one flaw, wherever it runs">
        <Open />
      </Card>
      <Card label="Campaigns">
        {list.data && (
          <PagedTable
            name="campaigns"
            list={list}
            columns={columns}
            id={(row) => row.id}
            link={to}
            at={(row) => row.opened_at}
            teach={{
              words: 'A campaign follows one flaw until nothing runs with it: who has to act, and how far each owner is.',
              command: 'campaign open CVE-2021-44228 --due 14d',
            }}
          />
        )}
      </Card>
    </View>
  );
}

function Open() {
  const { values } = useUrlState(['flaw']);
  const [flaw, setFlaw] = useState(values['flaw'] ?? '');
  const [due, setDue] = useState('14d');
  const [note, setNote] = useState('');
  const [, go] = useLocation();
  const until = time_of(due, Date.now());
  const open = useAct<void>({
    path: () => 'campaigns',
    body: () => ({ flaw: flaw.trim(), ...(due && { due: time_of(due, Date.now()) }), ...(note && { note }) }),
    done: () => `A campaign against ${flaw.trim()} is open`,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open.mutate(undefined, {
      onSuccess: (answer) => go(`/campaigns/${(answer['campaign'] as { id: number }).id}`),
    });
  };
  return (
    <form className={styles.ask} onSubmit={submit}>
      <TextInput label="Flaw" value={flaw} placeholder="CVE-2021-44228" onChange={(event) => setFlaw(event.currentTarget.value)} />
      <TextInput
        label="Due"
        value={due}
        placeholder="14d, 2026-12-24; empty: no date"
        error={due && !until && 'Not a time'}
        onChange={(event) => setDue(event.currentTarget.value)}
      />
      <TextInput label="Note" value={note} placeholder="What people are to know" onChange={(event) => setNote(event.currentTarget.value)} />
      <Button type="submit" loading={open.isPending} disabled={!flaw.trim() || Boolean(due && !until)}>
        Open
      </Button>
    </form>
  );
}
