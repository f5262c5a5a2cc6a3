import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import type { ApprovalRequest, Me } from '../../api/types.ts';
import { Effect } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { consents, hindrance, still_needed } from './request-words.ts';
import styles from './approvals.module.css';

// Consent or refuse, with a note. The vote is held against one's own account and stands in the ledger.
export function Vote({ request, me }: { request: ApprovalRequest; me: Me | undefined }) {
  const [note, setNote] = useState('');
  const vote = useAct<'consent' | 'refuse'>({
    path: () => `approval-requests/${request.id}/votes`,
    body: (kind) => ({ vote: kind, ...(note.trim() && { note: note.trim() }) }),
    done: (_, kind) => (kind === 'consent' ? 'Your consent is recorded' : 'Your refusal is recorded'),
  });
  if (request.state !== 'open') return null;
  const why_not = hindrance(request, me);
  if (why_not) return <p className="quiet">{why_not}</p>;
  const last = still_needed(request) <= 1;
  return (
    <div className={styles.act}>
      <TextInput
        label="Note"
        placeholder="What you looked at"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Effect>
        {last
          ? `Your consent is the last one: ${request.artifact_name || 'it'} may run in ${request.environment} at once.`
          : `You would be ${consents(request).length + 1} of ${request.needed}.`}{' '}
        One refusal ends the request.
      </Effect>
      {vote.error && <Problem>{words_of(vote.error)}</Problem>}
      <div className="row">
        <Button loading={vote.isPending} onClick={() => vote.mutate('consent')}>
          Consent
        </Button>
        <Button variant="default" loading={vote.isPending} onClick={() => vote.mutate('refuse')}>
          Refuse
        </Button>
      </div>
    </div>
  );
}
