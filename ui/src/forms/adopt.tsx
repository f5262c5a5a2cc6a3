import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { useAlerts, useWorkloads } from '../api/queries.ts';
import { counted } from '../words/text.ts';
import { Effect, Form } from './form.tsx';

// Approve what an environment already runs, under one's name, for 90 days; counted apart and shown as debt.
export function Adopt({
  environment,
  opened,
  close,
}: {
  environment: string;
  opened: boolean;
  close: () => void;
}) {
  const [reason, setReason] = useState('');
  const workloads = useWorkloads(environment, '');
  const alerts = useAlerts({ state: 'open', environment });
  const adopt = useAct<void>({
    path: () => `environments/${encodeURIComponent(environment)}/adopt`,
    body: () => ({ reason }),
    done: (answer) => {
      const skipped = (answer['skipped'] as unknown[] | undefined)?.length ?? 0;
      return `Adopted ${String(answer['adopted'])} in ${environment}${skipped ? `; ${skipped} skipped` : ''}`;
    },
  });
  const all = workloads.data?.workloads ?? [];
  const open = all.filter((workload) => workload.verdict === 'unknown' || workload.verdict === 'unapproved');
  const without = open.filter((workload) => workload.digests.length === 0);
  return (
    <Form
      title={`Adopt what runs in ${environment}`}
      opened={opened}
      close={close}
      word="Adopt"
      busy={adopt.isPending}
      able={reason.trim().length > 0}
      submit={() => adopt.mutate(undefined, { onSuccess: close })}>
      <p>Adopting says: this ran before anybody watched, and I answer for it. It ends after 90 days.</p>
      <TextInput
        label="Reason"
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        placeholder="First sight of this host"
        data-autofocus
      />
      <Effect>
        This approves {counted(open.length - without.length, 'workload')} under your name, and touches{' '}
        {counted(alerts.rows.length, 'open alert')}.
        {without.length > 0 && (
          <>
            {' '}
            {counted(without.length, 'workload stays', 'workloads stay')} red because no content could be
            identified.
          </>
        )}
      </Effect>
    </Form>
  );
}
