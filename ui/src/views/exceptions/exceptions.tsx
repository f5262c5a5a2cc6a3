import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useBreakGlass, useExceptions } from '../../api/queries-decide.ts';
import { words_of } from '../../api/client.ts';
import type { BreakGlass, Exception } from '../../api/types.ts';
import { AskException } from '../../forms/ask-exception.tsx';
import { BreakGlassForm } from '../../forms/break-glass.tsx';
import { Card } from '../../parts/card.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { useUrlState } from '../../parts/table/url-state.ts';
import { PagedTable, proof_column } from '../../parts/table/usual.tsx';
import { useNow } from '../../parts/use-now.ts';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted, say } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { BreakGlasses } from './break-glasses.tsx';
import { about, exception_looks, left } from './words.ts';

const to = (row: Exception) => `/exceptions/${row.id}`;

function Left({ exception }: { exception: Exception }) {
  const now = useNow(60_000) + 60_000;
  if (exception.state !== 'in-force' && exception.state !== 'requested')
    return <When at={exception.ended_at ?? exception.decided_at} />;
  const { words, soon } = left(exception, now);
  return (
    <span className={soon && exception.state === 'in-force' ? 'amber strong' : ''} title={exception.until}>
      {words}
    </span>
  );
}

const columns: Column<Exception>[] = [
  {
    id: 'state',
    header: 'State',
    text: (row) => row.state,
    show: (row) => <LookWord look={exception_looks[row.state]} word={row.state} />,
  },
  {
    id: 'about',
    header: 'Excepted',
    text: (row) => about(row),
    grow: true,
    show: (row) => (
      <Link href={to(row)} className="strong wrap">
        {about(row)}
      </Link>
    ),
  },
  {
    id: 'artifact',
    header: 'Of',
    text: (row) => `${row.artifact_name} ${row.artifact ?? ''}`,
    show: (row) =>
      row.artifact ? <Link href={`/artifacts/${row.artifact}`}>{row.artifact_name || 'an artifact'}</Link> : '–',
    wide: true,
  },
  {
    id: 'environment',
    header: 'In',
    text: (row) => row.environment,
    show: (row) => <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>,
  },
  {
    id: 'until',
    header: 'Ends',
    text: (row) => row.until,
    order: (row) => moment(row.until),
    show: (row) => <Left exception={row} />,
  },
  { id: 'owner', header: 'Owner', text: (row) => row.owner, show: (row) => row.owner, wide: true },
  { id: 'by', header: 'Asked by', text: (row) => row.requester, show: (row) => row.requester, wide: true },
  {
    id: 'granted',
    header: 'Decided by',
    text: (row) => row.decided_by,
    show: (row) => row.decided_by || <span className="quiet">nobody</span>,
    wide: true,
  },
  {
    id: 'renewals',
    header: 'Renewed',
    text: (row) => String(row.renewals),
    order: (row) => row.renewals,
    show: (row) => (row.renewals ? `${row.renewals} ×` : '–'),
    wide: true,
    hidden: true,
  },
  proof_column(),
];

function sentence_of(rows: Exception[], glasses: BreakGlass[], now: number) {
  const force = rows.filter((row) => row.state === 'in-force');
  const soon = force.filter((row) => left(row, now).soon).length;
  const asked = rows.filter((row) => row.state === 'requested').length;
  const open = glasses.filter((each) => each.state !== 'reviewed').length;
  const first = force.length
    ? [say(counted(force.length, 'exception'), '/exceptions?q=state:in-force'), say(force.length === 1 ? ' is in force.' : ' are in force.')]
    : [say('No exception is in force.')];
  return [
    ...first,
    ...(soon ? [say(' '), say(counted(soon, 'ends', 'end'), '/exceptions?sort=until', 'amber'), say(' soon.')] : []),
    ...(asked
      ? [say(' '), say(counted(asked, 'request waits', 'requests wait'), '/exceptions?q=state:requested', 'amber'), say(' for a decision.')]
      : []),
    ...(open
      ? [say(' '), say(counted(open, 'break-glass', 'break-glasses'), '/exceptions?view=glass', 'red'), say(' nobody has reviewed.')]
      : []),
  ];
}

// Permissions to live with what is missed, each with its end; and what was let in past the rules.
export default function Exceptions() {
  const { values, set } = useUrlState(['view']);
  const list = useExceptions({});
  const glasses = useBreakGlass();
  const [form, setForm] = useState<'exception' | 'glass' | null>(null);
  const now = useNow(60_000) + 60_000;
  const view = values['view'] === 'glass' ? 'glass' : 'exceptions';
  const close = () => setForm(null);
  return (
    <View
      sentence={list.data && glasses.data ? sentence_of(list.rows, glasses.rows, now) : []}
      side={
        <>
          <Button onClick={() => setForm('exception')}>Ask for an exception…</Button>
          <Button variant="default" onClick={() => setForm('glass')}>
            Break the glass…
          </Button>
        </>
      }>
      {list.error && !list.data && <Problem>{words_of(list.error)}</Problem>}
      <Card label="Exceptions">
        <SegmentedControl
          size="xs"
          mb="sm"
          aria-label="What"
          data={[
            { value: 'exceptions', label: 'Exceptions' },
            { value: 'glass', label: 'Break-glass' },
          ]}
          value={view}
          onChange={(next) => set({ view: next === 'glass' ? next : '', q: '', sort: '' })}
        />
        {view === 'exceptions' && list.data && (
          <PagedTable
            name="exceptions"
            list={list}
            columns={columns}
            id={(row) => row.id}
            link={to}
            at={(row) => row.requested_at}
            teach={{
              words: 'An exception lets a missed rule, a finding or a workload be, for a time, under somebody’s name.',
              command:
                'exception request ./program --rule tests-pass --environment production --until 7d --owner team --reason "…" --compensating-control "…"',
            }}
          />
        )}
        {view === 'glass' && glasses.data && <BreakGlasses list={glasses} />}
      </Card>
      {form === 'exception' && <AskException close={close} />}
      {form === 'glass' && <BreakGlassForm close={close} />}
    </View>
  );
}
