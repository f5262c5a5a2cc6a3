import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { useWorkloads } from '../api/queries.ts';
import type { Approval } from '../api/types.ts';
import { counted } from '../words/text.ts';
import { Effect, Form } from './form.tsx';

// The button beside an approval that counts, or will; it opens the form.
export function Revoke({ approval }: { approval: Approval }) {
  const [open, setOpen] = useState(false);
  if (approval.state !== 'active' && approval.state !== 'early') return null;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        Revoke…
      </Button>
      {open && <RevokeForm approval={approval} close={() => setOpen(false)} />}
    </>
  );
}

// End an approval before its time, with what still runs on it shown first.
function RevokeForm({ approval, close }: { approval: Approval; close: () => void }) {
  const [reason, setReason] = useState('');
  const name = approval.artifact_name || 'the artifact';
  const revoke = useAct<void>({
    path: () => `approvals/${encodeURIComponent(approval.id)}/revoke`,
    body: () => (reason.trim() ? { reason: reason.trim() } : {}),
    done: () => `Revoked ${name} in ${approval.environment}`,
  });
  return (
    <Form
      title={`Revoke the approval of ${name} in ${approval.environment}`}
      opened
      close={close}
      word="Revoke"
      busy={revoke.isPending}
      submit={() => revoke.mutate(undefined, { onSuccess: close })}>
      <TextInput
        label="Reason"
        placeholder="Why it may not run there any more"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
      <Foreseen approval={approval} />
    </Form>
  );
}

function Foreseen({ approval }: { approval: Approval }) {
  const read = useWorkloads(approval.environment, '');
  if (!read.data) return <Effect>Looking at what runs in {approval.environment}…</Effect>;
  const runs = read.data.workloads.filter(
    (workload) => workload.verdict === 'approved' && workload.digests.includes(approval.artifact),
  ).length;
  return (
    <Effect>
      {runs > 0
        ? `${counted(runs, 'approved workload')} in ${approval.environment} ${runs === 1 ? 'runs' : 'run'} this ` +
          'content. Unless another approval allows it, that is an alert at once.'
        : `Nothing approved in ${approval.environment} runs this content now; a start of it would be an alert.`}{' '}
      The approval stays in the ledger, marked as revoked.
    </Effect>
  );
}
