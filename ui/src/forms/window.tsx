import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { query, words_of } from '../api/client.ts';
import type { Window } from '../api/types.ts';
import { Problem } from '../parts/empty.tsx';
import { counted } from '../words/text.ts';
import { time_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

interface OverrideProps {
  window: Window;
  environments: string[];
  close: () => void;
}

// Lift one window in one environment for a while; a freeze is never lifted so.
export function OverrideWindow({ window, environments, close }: OverrideProps) {
  const terms = window.override ?? {};
  const [chosen, setChosen] = useState('');
  const [lasts, setLasts] = useState(terms.longest ?? '4h');
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const where = chosen || environments[0] || '';
  const until = time_of(lasts, Date.now());
  const override = useAct<void>({
    path: () => `windows/${encodeURIComponent(window.name)}/overrides`,
    body: () => ({ environment: where, until: time_of(lasts, Date.now()), reason, ...(ticket && { ticket }) }),
    done: () => `${window.name} is overridden in ${where}`,
  });
  const number = terms.number ?? 1;
  return (
    <Form
      title={`Override ${window.name}`}
      opened
      close={close}
      word="Override"
      busy={override.isPending}
      able={Boolean(where && until && reason.trim()) && (!terms.ticket || Boolean(ticket.trim()))}
      submit={() => override.mutate(undefined, { onSuccess: close })}>
      <div className={styles.two}>
        <NativeSelect
          label="Environment"
          data={environments}
          value={where}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <TextInput
          label="For"
          description={`At most ${terms.longest ?? '4h'}`}
          value={lasts}
          error={!until && 'Not a time'}
          onChange={(event) => setLasts(event.currentTarget.value)}
        />
      </div>
      <div className={styles.two}>
        <TextInput label="Reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <TextInput
          label={terms.ticket ? 'Ticket (must be given)' : 'Ticket'}
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
        />
      </div>
      <Effect>
        {window.name} counts as lifted in {where} while {counted(number, 'person says', 'people say')} so at once. Every
        decision that rests on it says that it was overridden.
      </Effect>
      {override.error && <Problem>{words_of(override.error)}</Problem>}
    </Form>
  );
}

export function RemoveWindow({ window, close }: { window: Window; close: () => void }) {
  const [sure, setSure] = useState(false);
  const remove = useAct<void>({
    method: 'DELETE',
    path: () => `windows/${encodeURIComponent(window.name)}${query({ confirm: window.open || undefined })}`,
    done: () => `Window ${window.name} is removed`,
  });
  return (
    <Form
      title={`Remove ${window.name}`}
      opened
      close={close}
      word="Remove"
      busy={remove.isPending}
      able={!window.open || sure}
      submit={() => remove.mutate(undefined, { onSuccess: close })}>
      <Effect>
        {window.kind === 'allow'
          ? 'What it selects is not held to it any more: it may start at any time, unless another window shuts it.'
          : 'What it shut may start again.'}
      </Effect>
      {window.open && (
        <Checkbox
          label="It is open now; remove it all the same"
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
      {remove.error && <Problem>{words_of(remove.error)}</Problem>}
    </Form>
  );
}
