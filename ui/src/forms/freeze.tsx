import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { words_of } from '../api/client.ts';
import type { Freeze } from '../api/types.ts';
import { Problem } from '../parts/empty.tsx';
import { time_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

// Shut an environment at once, for a while, whatever else is open.
export function FreezeForm({ environments, close }: { environments: string[]; close: () => void }) {
  const [chosen, setChosen] = useState('');
  const [lasts, setLasts] = useState('4h');
  const [incident, setIncident] = useState('');
  const [reason, setReason] = useState('');
  const where = chosen || environments[0] || '';
  const until = time_of(lasts, Date.now());
  const freeze = useAct<void>({
    path: () => 'freezes',
    body: () => ({
      environment: where,
      until: time_of(lasts, Date.now()),
      ...(incident && { incident }),
      ...(reason && { reason }),
    }),
    done: () => `${where} is frozen`,
  });
  return (
    <Form
      title="Freeze an environment"
      opened
      close={close}
      word="Freeze"
      busy={freeze.isPending}
      able={Boolean(where && until)}
      submit={() => freeze.mutate(undefined, { onSuccess: close })}>
      <div className={styles.two}>
        <NativeSelect
          label="Environment"
          data={environments}
          value={where}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <TextInput
          label="For"
          description="A span or an end"
          value={lasts}
          error={!until && 'Not a time'}
          onChange={(event) => setLasts(event.currentTarget.value)}
        />
      </div>
      <TextInput
        label="Incident"
        placeholder="https://…"
        value={incident}
        onChange={(event) => setIncident(event.currentTarget.value)}
      />
      <TextInput label="Reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <Effect>
        Nothing may start in {where} until then. What starts all the same raises an alert, whoever let it in. What runs
        goes on.
      </Effect>
      {freeze.error && <Problem>{words_of(freeze.error)}</Problem>}
    </Form>
  );
}

export function Thaw({ freeze, close }: { freeze: Freeze; close: () => void }) {
  const [reason, setReason] = useState('');
  const thaw = useAct<void>({
    path: () => `freezes/${freeze.id}/thaw`,
    body: () => (reason ? { reason } : {}),
    done: () => `${freeze.environment} is thawed`,
  });
  return (
    <Form
      title={`Thaw ${freeze.environment}`}
      opened
      close={close}
      word="Thaw"
      busy={thaw.isPending}
      submit={() => thaw.mutate(undefined, { onSuccess: close })}>
      <TextInput
        label="Reason"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
      <Effect>What is approved may start in {freeze.environment} again, where its windows are open.</Effect>
      {thaw.error && <Problem>{words_of(thaw.error)}</Problem>}
    </Form>
  );
}
