import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { words_of } from '../api/client.ts';
import { useEnvironments } from '../api/queries.ts';
import { Problem } from '../parts/empty.tsx';
import { span_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

const hours_max = 24;

// Let an artifact in at once, past the rules, for hours at most. It is signed, and alarmed until another person looks.
export function BreakGlassForm({ artifact = '', close }: { artifact?: string; close: () => void }) {
  const environments = (useEnvironments().data?.environments ?? []).map((each) => each.name);
  const [digest, setDigest] = useState(artifact);
  const [chosen, setChosen] = useState('');
  const [lasts, setLasts] = useState('2h');
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const where = chosen || environments[0] || '';
  const span = span_of(lasts);
  const fits = span !== null && span > 0 && span <= hours_max * 3_600_000;
  const open = useAct<void>({
    path: () => 'break-glass',
    body: () => ({
      artifact: digest.trim(),
      environment: where,
      for_us: (span ?? 0) * 1000,
      reason,
      ...(ticket && { ticket }),
    }),
    done: () => `The glass is broken for ${where}; another person must review it`,
  });
  return (
    <Form
      title="Break the glass"
      opened
      close={close}
      word="Break the glass"
      busy={open.isPending}
      able={/^sha256:[0-9a-f]{64}$/.test(digest.trim()) && fits && reason.trim().length > 0}
      submit={() => open.mutate(undefined, { onSuccess: close })}>
      <TextInput
        label="Artifact"
        placeholder="sha256:…"
        value={digest}
        onChange={(event) => setDigest(event.currentTarget.value)}
      />
      <div className={styles.two}>
        <NativeSelect
          label="Environment"
          data={environments}
          value={where}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <TextInput
          label="For"
          description={`At most ${hours_max} hours`}
          value={lasts}
          error={!fits && 'Not such a time'}
          onChange={(event) => setLasts(event.currentTarget.value)}
        />
      </div>
      <div className={styles.two}>
        <TextInput label="Reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <TextInput
          label="Ticket"
          placeholder="INC-311"
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
        />
      </div>
      <Effect>
        It may run in {where} at once, whatever the rules say. A critical alert stays open under your name until another
        person reviews it.
      </Effect>
      {open.error && <Problem>{words_of(open.error)}</Problem>}
    </Form>
  );
}
