import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { useMe } from '../../api/queries.ts';
import type { useBreakGlass } from '../../api/queries-decide.ts';
import type { BreakGlass } from '../../api/types.ts';
import { Form } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { PagedTable, proof_column, time_column } from '../../parts/table/usual.tsx';
import { When } from '../../parts/when.tsx';
import { glass_looks } from './words.ts';

// What was let in past the rules; each stays an alarm until another person has looked at it.
export function BreakGlasses({ list }: { list: ReturnType<typeof useBreakGlass> }) {
  return (
    <PagedTable
      name="break-glass"
      list={list}
      columns={columns}
      id={(row) => row.id}
      at={(row) => row.opened_at}
      teach={{
        words: 'Nobody broke the glass. In an emergency a person who may approve lets something in, for hours.',
        command: 'break-glass ./program --environment production --for 2h --reason "…"',
      }}
    />
  );
}

const columns: Column<BreakGlass>[] = [
  {
    id: 'state',
    header: 'State',
    text: (row) => row.state,
    show: (row) => <LookWord look={glass_looks[row.state]} word={row.state} />,
  },
  {
    id: 'artifact',
    header: 'Let in',
    text: (row) => `${row.artifact_name} ${row.artifact}`,
    show: (row) => (
      <Link href={`/artifacts/${row.artifact}`} className="strong">
        {row.artifact_name || 'unnamed'}
      </Link>
    ),
  },
  {
    id: 'environment',
    header: 'Into',
    text: (row) => row.environment,
    show: (row) => <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>,
  },
  {
    id: 'reason',
    header: 'Why',
    text: (row) => `${row.reason} ${row.ticket}`,
    grow: true,
    show: (row) => (
      <span className="wrap">
        {row.reason} {row.ticket && <code>{row.ticket}</code>}
      </span>
    ),
  },
  { id: 'actor', header: 'By', text: (row) => row.actor, show: (row) => row.actor },
  { ...time_column<BreakGlass>('opened', 'Opened', (row) => row.opened_at), wide: true },
  { ...time_column<BreakGlass>('until', 'Ends', (row) => row.until), wide: true },
  {
    id: 'review',
    header: 'Review',
    text: (row) => `${row.reviewed_by} ${row.note}`,
    show: (row) => <Review glass={row} />,
  },
  proof_column(),
];

function Review({ glass }: { glass: BreakGlass }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const review = useAct<void>({
    path: () => `break-glass/${glass.id}/review`,
    body: () => ({ note: note.trim() }),
    done: () => `Reviewed: ${glass.artifact_name || 'the break-glass'} in ${glass.environment}`,
  });
  if (glass.state === 'reviewed')
    return (
      <span className="wrap">
        {glass.reviewed_by}, <When at={glass.reviewed_at} />
        {glass.note && `: “${glass.note}”`}
      </span>
    );
  if (me.data?.name === glass.actor) return <span className="quiet">by somebody else</span>;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        Review…
      </Button>
      {open && (
        <Form
          title={`Review what ${glass.actor} let in`}
          opened
          close={() => setOpen(false)}
          word="I have looked at it"
          busy={review.isPending}
          able={note.trim().length > 0}
          submit={() => review.mutate(undefined, { onSuccess: () => setOpen(false) })}>
          <TextInput
            label="Note"
            description="What you found; kept in the ledger"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          {review.error && <Problem>{words_of(review.error)}</Problem>}
        </Form>
      )}
    </>
  );
}
