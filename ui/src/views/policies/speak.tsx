import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { ApiError, words_of } from '../../api/client.ts';
import type { Me, PolicyProposalShown, Voice } from '../../api/types.ts';
import { Effect } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { listed } from '../../words/text.ts';
import styles from './policies.module.css';

const done = {
  consent: 'Your consent is recorded',
  refuse: 'Your refusal is recorded',
  comment: 'Your comment is recorded',
} as const;

// What the consent of this role would do.
function effect_of(proposal: PolicyProposalShown, role: string): string {
  const left = proposal.open_roles.filter((each) => each !== role);
  const last = proposal.digest
    ? `it is version ${proposal.base_version + 1} at once, wherever ${proposal.policy} is attached.`
    : 'it holds at once.';
  const after = left.length
    ? `The consent of ${listed(left)} is missing then.`
    : `Yours is the last consent: ${last}`;
  return `${after} One refusal ends the proposal.`;
}

// Comment, consent or refuse. It is held against one's own account and stands in the ledger.
export function Speak({ proposal, me }: { proposal: PolicyProposalShown; me: Me | undefined }) {
  const [comment, setComment] = useState('');
  const [chosen, setChosen] = useState('');
  const roles = proposal.may_speak;
  const role = roles.includes(chosen) ? chosen : (roles[0] ?? '');
  const speak = useAct<{ voice: Voice['voice']; confirm?: boolean }>({
    path: () => `policy-proposals/${proposal.id}/voices`,
    body: ({ voice, confirm }) => ({
      voice,
      ...(voice !== 'comment' && role && { role }),
      ...(comment.trim() && { comment: comment.trim() }),
      ...(confirm && { confirm }),
    }),
    done: (_, { voice }) => done[voice],
  });
  const withdraw = useAct<void>({
    path: () => `policy-proposals/${proposal.id}/withdraw`,
    body: () => ({ ...(comment.trim() && { note: comment.trim() }) }),
    done: () => 'The proposal is withdrawn',
  });
  if (proposal.state !== 'open') return null;
  const held = speak.error instanceof ApiError && speak.error.field === 'confirm';
  const said = { onSuccess: () => setComment('') };
  return (
    <div className={styles.speak}>
      {roles.length > 1 && (
        <NativeSelect
          label="You speak as"
          data={roles}
          value={role}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <TextInput
        label="Comment"
        placeholder="What you looked at"
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      {roles.length > 0 ? (
        <Effect>{effect_of(proposal, role)}</Effect>
      ) : (
        <p className="quiet">
          {me?.name === proposal.proposer
            ? 'You proposed it; others consent.'
            : 'The consent that is missing is not yours to give. You may comment.'}
        </p>
      )}
      {speak.error && <Problem>{words_of(speak.error)}</Problem>}
      <div className="row">
        {roles.length > 0 && (
          <>
            <Button loading={speak.isPending} onClick={() => speak.mutate({ voice: 'consent', confirm: held }, said)}>
              {held ? 'Consent all the same' : role ? `Consent as ${role}` : 'Consent'}
            </Button>
            <Button variant="default" loading={speak.isPending} onClick={() => speak.mutate({ voice: 'refuse' }, said)}>
              Refuse
            </Button>
          </>
        )}
        <Button
          variant="default"
          disabled={!comment.trim()}
          loading={speak.isPending}
          onClick={() => speak.mutate({ voice: 'comment' }, said)}>
          Comment
        </Button>
        {me?.name === proposal.proposer && (
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            Withdraw
          </Button>
        )}
      </div>
    </div>
  );
}
