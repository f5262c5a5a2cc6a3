import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../api/act.ts';
import { words_of } from '../api/client.ts';
import { useEnvironments } from '../api/queries.ts';
import { useGroups } from '../api/queries-decide.ts';
import { Problem } from '../parts/empty.tsx';
import { counted, listed, short_digest } from '../words/text.ts';
import { time_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

// Ask people to let an artifact into an environment; they see what is different from what runs there.
export function AskApproval({ digest, name, close }: { digest: string; name: string; close: () => void }) {
  const environments = (useEnvironments().data?.environments ?? []).map((each) => each.name);
  const groups = useGroups().rows;
  const [chosen, setChosen] = useState('');
  const [count, setCount] = useState('1');
  const [of, setOf] = useState<string[]>([]);
  const [until, setUntil] = useState('90d');
  const [reason, setReason] = useState('');
  const [, go] = useLocation();
  const where = chosen || environments[0] || '';
  const ends = until ? time_of(until, Date.now()) : null;
  const people = Math.max(Number(count) || 1, of.length);
  const ask = useAct<void>({
    path: () => 'approval-requests',
    body: () => ({
      artifact: digest,
      environment: where,
      approvals: Number(count) || 1,
      ...(of.length && { groups: of }),
      ...(ends && { until: ends }),
      ...(reason && { reason }),
    }),
    done: () => `Asked for ${name} in ${where}`,
  });
  const done = (answer: Record<string, unknown>) => {
    close();
    const made = (answer['approval_request'] ?? answer) as { id?: number };
    if (made.id !== undefined) go(`/approval-requests/${made.id}`);
  };
  return (
    <Form
      title={`Ask for approval of ${name}`}
      opened
      close={close}
      word="Ask"
      busy={ask.isPending}
      able={Boolean(where) && (!until || Boolean(ends))}
      submit={() => ask.mutate(undefined, { onSuccess: done })}>
      <p>sha256:{short_digest(digest)}…</p>
      <div className={styles.two}>
        <NativeSelect
          label="Environment"
          data={environments}
          value={where}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <NativeSelect
          label="How many people"
          data={['1', '2', '3', '4', '5']}
          value={count}
          onChange={(event) => setCount(event.currentTarget.value)}
        />
      </div>
      {groups.length > 0 && (
        <Checkbox.Group label="One of each of these groups" value={of} onChange={setOf}>
          <div className="row">
            {groups.map((group) => (
              <Checkbox key={group.name} value={group.name} label={group.name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <div className={styles.two}>
        <TextInput
          label="Until"
          description="Empty: until revoked"
          value={until}
          error={Boolean(until) && !ends && 'Not a time'}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <TextInput
          label="Reason"
          description="What the release brings"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <Effect>
        {counted(people, 'other person', 'other people')} must consent
        {of.length > 0 && `, one of ${listed(of)}`}. They see what is different from what runs in {where} now. With the
        last consent it may run; nobody can consent to their own request.
      </Effect>
      {ask.error && <Problem>{words_of(ask.error)}</Problem>}
    </Form>
  );
}
