import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { useOwnAdvisories } from '../../api/queries-more.ts';
import type { OwnAdvisory } from '../../api/types-more.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Card } from '../../parts/card.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { View } from '../../parts/view.tsx';
import { counted, say } from '../../words/text.ts';
import type { Look } from '../../words/verdict.ts';
import { where_of } from '../vulnerabilities/words.ts';
import { Publish } from './publish.tsx';

const stands: Look = { shape: 'diamond', tone: 'red', said: 'it is matched with everything that is recorded' };
const over: Look = { shape: 'grain', tone: 'quiet', said: 'it was withdrawn: its findings are retracted' };

const packages_of = (row: OwnAdvisory) =>
  (row.record.affected ?? []).map((each) => `${each.package?.ecosystem ?? ''} ${each.package?.name ?? ''}`.trim());

const columns: Column<OwnAdvisory>[] = [
  {
    id: 'id',
    header: 'Advisory',
    text: (row) => [row.id, ...(row.record.aliases ?? []), row.record.summary ?? ''].join(' '),
    grow: true,
    show: (row) => (
      <span className="wrap">
        <a href={where_of(row.id)} className="strong">
          {row.id}
        </a>{' '}
        <span className="quiet">{row.record.summary}</span>
      </span>
    ),
  },
  {
    id: 'packages',
    header: 'Packages',
    text: (row) => packages_of(row).join(' '),
    show: (row) => <span className="wrap">{packages_of(row).join(', ')}</span>,
  },
  {
    id: 'state',
    header: 'State',
    text: (row) => (row.withdrawn_at ? `withdrawn ${row.reason}` : 'stands'),
    show: (row) => (
      <span title={row.reason}>
        <LookWord look={row.withdrawn_at ? over : stands} word={row.withdrawn_at ? 'withdrawn' : 'stands'} />
      </span>
    ),
  },
  { id: 'by', header: 'By', text: (row) => row.published_by, show: (row) => row.published_by, wide: true },
  { ...time_column<OwnAdvisory>('published', 'Published', (row) => row.published_at), wide: true },
  { id: 'act', header: 'Act', text: () => '', show: (row) => (row.withdrawn_at ? '' : <Withdraw advisory={row} />) },
  proof_column(),
];

function Withdraw({ advisory }: { advisory: OwnAdvisory }) {
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const withdraw = useAct<void>({
    path: () => `advisories/${encodeURIComponent(advisory.id)}/withdraw`,
    body: () => ({ reason }),
    done: () => `${advisory.id} is withdrawn`,
  });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        Withdraw
      </Button>
      {opened && (
        <Form
          title={`Withdraw ${advisory.id}`}
          opened
          close={() => setOpened(false)}
          word="Withdraw"
          busy={withdraw.isPending}
          able={Boolean(reason.trim())}
          submit={() => withdraw.mutate(undefined, { onSuccess: () => setOpened(false) })}>
          <TextInput
            label="Reason"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          <Effect>Its findings are retracted and their alerts resolved. It stays listed, and cannot be taken back.</Effect>
          {withdraw.error && <Problem>{words_of(withdraw.error)}</Problem>}
        </Form>
      )}
    </>
  );
}

function sentence_of(rows: OwnAdvisory[]) {
  const standing = rows.filter((row) => !row.withdrawn_at).length;
  if (rows.length === 0) return [say('You have published no advisory of your own.')];
  return [
    say(`${counted(standing, 'advisory', 'advisories')} of your own ${standing === 1 ? 'stands' : 'stand'}.`),
    ...(rows.length > standing ? [say(` ${rows.length - standing} withdrawn.`)] : []),
  ];
}

// Advisories that the organization writes itself: about packages of its own, and malicious ones.
export default function Advisories() {
  const list = useOwnAdvisories();
  const [making, setMaking] = useState(false);
  return (
    <View sentence={list.data ? sentence_of(list.rows) : []}>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card
        title="Own advisories"
        note="matched like any feed's"
        side={
          <Button size="compact-sm" onClick={() => setMaking(true)}>
            Publish one
          </Button>
        }>
        {list.data && (
          <PagedTable
            name="advisories"
            list={list}
            columns={columns}
            id={(row) => row.id}
            at={(row) => row.published_at}
            teach={{
              words: 'A package of your own, or one that turned out malicious: say what is affected, and everything that runs is held against it at once.',
              command: 'advisories add advisory.json',
            }}
          />
        )}
      </Card>
      {making && <Publish close={() => setMaking(false)} />}
    </View>
  );
}
