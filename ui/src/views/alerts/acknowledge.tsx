import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import type { Id } from '../../api/types.ts';
import { Form } from '../../forms/form.tsx';
import { counted } from '../../words/text.ts';

interface AcknowledgeProps {
  ids?: Id[];
  incident?: Id;
  what: string;
  done?: () => void;
}

// Somebody has seen it: many alerts at once or a whole incident, with a note. The alerts stay in history.
export function Acknowledge({ ids, incident, what, done }: AcknowledgeProps) {
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const given = note.trim() ? { note: note.trim() } : {};
  const acknowledge = useAct<void>({
    path: () => (incident ? `incidents/${encodeURIComponent(incident)}/acknowledge` : 'alerts/acknowledge'),
    body: () => (incident ? given : { ids, ...given }),
    done: (answer) =>
      typeof answer['acknowledged'] === 'number'
        ? `Acknowledged ${counted(answer['acknowledged'], 'alert')}`
        : `Acknowledged: ${what}`,
  });
  const close = () => setOpen(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        loading={acknowledge.isPending}
        onClick={() => setOpen(true)}>
        Acknowledge
      </Button>
      {open && (
        <Form
          title={`Acknowledge ${what}`}
          opened
          close={close}
          word="Acknowledge now"
          busy={acknowledge.isPending}
          submit={() =>
            acknowledge.mutate(undefined, {
              onSuccess: () => {
                close();
                done?.();
              },
            })
          }>
          <TextInput
            label="Note"
            description="What you know about it; kept in the ledger"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
        </Form>
      )}
    </>
  );
}
