import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { useAlerts, useEnvironments, useWorkloads } from '../api/queries.ts';
import { counted, listed, short_digest } from '../words/text.ts';
import { time_of } from '../words/time.ts';
import { foresee } from './foresee.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

interface ApproveProps {
  digests: string[];
  name: string;
  environment?: string | undefined;
  opened: boolean;
  close: () => void;
}

// Allow an artifact to run in an environment during a period, with the effect shown first.
export function Approve({ digests, name, environment, opened, close }: ApproveProps) {
  const environments = useEnvironments();
  const names = (environments.data?.environments ?? []).map((each) => each.name);
  const [chosen, setChosen] = useState(environment ?? '');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('90d');
  const [reason, setReason] = useState('');
  const where = chosen || names[0] || '';
  const ends = until ? time_of(until, Date.now()) : null;
  const begins = from ? time_of(from, Date.now()) : null;
  const approve = useAct<void>({
    path: () => 'approvals',
    body: () => ({
      artifact: digests[0],
      environment: where,
      ...(begins && { from: begins }),
      ...(ends && { until: ends }),
      ...(reason && { reason }),
    }),
    done: () => `Approved ${name} for ${where}`,
  });
  const wrong_end = Boolean(until) && !ends;
  const wrong_begin = Boolean(from) && !begins;
  return (
    <Form
      title={`Approve ${name}`}
      opened={opened}
      close={close}
      word="Approve"
      busy={approve.isPending}
      able={Boolean(where && digests[0]) && !wrong_end && !wrong_begin}
      submit={() => approve.mutate(undefined, { onSuccess: close })}>
      <p className="wrap">{listed(digests.slice(0, 3).map((digest) => `sha256:${short_digest(digest)}…`))}</p>
      <NativeSelect
        label="Environment"
        data={names}
        value={where}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <div className={styles.two}>
        <TextInput
          label="From"
          description="Empty: now"
          placeholder="now, 2h, 2026-12-24"
          value={from}
          error={wrong_begin && 'Not a time'}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label="Until"
          description="Empty: until revoked"
          placeholder="90d, 2026-12-24"
          value={until}
          error={wrong_end && 'Not a time'}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </div>
      <TextInput
        label="Reason"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        placeholder="Why this may run there"
      />
      {where && opened && <Preview digests={digests} name={name} environment={where} />}
    </Form>
  );
}

function Preview({ digests, name, environment }: { digests: string[]; name: string; environment: string }) {
  const workloads = useWorkloads(environment, '');
  const alerts = useAlerts({ state: 'open', environment });
  if (!workloads.data) return <Effect>Looking at what runs in {environment}…</Effect>;
  const seen = foresee(digests, name, workloads.data.workloads, alerts.rows);
  return (
    <Effect>
      This resolves {counted(seen.resolves, 'open alert')}; {counted(seen.now_approved, 'workload')} in{' '}
      {environment} {seen.now_approved === 1 ? 'has' : 'have'} this content.
      {seen.late > 0 && (
        <> {counted(seen.late, 'of them stays', 'of them stay')} marked “started before approval”.</>
      )}
      {seen.stay.length > 0 && (
        <>
          {' '}
          {counted(seen.stay.length, 'workload stays', 'workloads stay')} red:
          <ul>
            {seen.stay.slice(0, 4).map((words, index) => (
              <li key={index}>{words}</li>
            ))}
          </ul>
        </>
      )}
    </Effect>
  );
}
