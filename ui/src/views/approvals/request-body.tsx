import type { ReactNode } from 'react';
import type { ApprovalRequest, Ballot } from '../../api/types.ts';
import { Card, Line, Pill } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Begins, Ends, When } from '../../parts/when.tsx';
import type { Look } from '../../words/verdict.ts';
import { Difference } from './difference.tsx';
import { needed_words } from './request-words.ts';
import styles from './approvals.module.css';

interface BodyProps {
  request: ApprovalRequest;
  act: ReactNode;
  linked?: boolean; // for who is signed in
}

// What people look at before they consent, and what they said.
export function RequestBody({ request, act, linked = true }: BodyProps) {
  return (
    <div className={styles.two}>
      <Card title="What is different" note={`from what runs in ${request.environment}`}>
        {request.difference ? (
          <Difference difference={request.difference} linked={linked} />
        ) : (
          <span className="quiet">The difference is not known.</span>
        )}
      </Card>
      <div className="stack">
        <Card
          title="Consent"
          note={<Pill tone={request.state === 'open' ? 'water' : 'quiet'}>{request.state}</Pill>}
          side={linked && <Seal entry={request.entry} words />}>
          <Votes request={request} linked={linked} />
          {act}
        </Card>
        <Card title="What is asked">
          <Asked request={request} linked={linked} />
        </Card>
      </div>
    </div>
  );
}

const votes: Record<Ballot['vote'], Look> = {
  consent: { shape: 'square', tone: 'water', said: 'consents' },
  refuse: { shape: 'diamond', tone: 'red', said: 'refuses' },
};
const waiting: Look = { shape: 'ring', tone: 'amber', said: 'still needed' };

function Votes({ request, linked }: { request: ApprovalRequest; linked: boolean }) {
  return (
    <ul className={`${styles.votes} plain`} aria-label="Votes">
      {request.votes.map((each) => (
        <li key={each.entry} className={styles.vote}>
          <LookWord look={votes[each.vote]} word={each.vote === 'consent' ? 'consented' : 'refused'} />
          <strong>{each.actor}</strong>
          {each.groups.length > 0 && <span className="quiet">of {each.groups.join(', ')}</span>}
          <span className="quiet">
            <When at={each.at} />
          </span>
          {each.note && <span className="wrap">“{each.note}”</span>}
          {linked && (
            <span className="push">
              <Seal entry={each.entry} />
            </span>
          )}
        </li>
      ))}
      {request.state === 'open' && (
        <li className={styles.vote}>
          <LookWord look={waiting} word="still needed" />
          <span>{needed_words(request)}</span>
        </li>
      )}
    </ul>
  );
}

function Asked({ request, linked }: { request: ApprovalRequest; linked: boolean }) {
  const link = new URL(request.link, location.origin).href;
  return (
    <dl className={styles.dl}>
      <Line name="why">{request.reason || 'not said'}</Line>
      <Line name="asked by">
        {request.requester}, <When at={request.requested_at} />
      </Line>
      <Line name="window">
        {request.from ? (
          <>
            <Begins at={request.from} />{', '}
          </>
        ) : (
          'from the consent on, '
        )}
        {request.until ? (
          <>
            <Ends at={request.until} />
          </>
        ) : (
          'until revoked'
        )}
      </Line>
      <Line name="class">{request.change || 'normal'}</Line>
      <Line name="bound to">
        {request.commit ? (
          <>
            commit <code title={request.commit}>{request.commit.slice(0, 10)}</code>
            {request.tree && (
              <>
                , tree <code title={request.tree}>{request.tree.slice(0, 10)}</code>
              </>
            )}
          </>
        ) : (
          'the digest alone'
        )}
      </Line>
      {request.state === 'open' && (
        <Line name="answer until">
          <When at={request.expires_at} />
        </Line>
      )}
      {linked && request.state === 'open' && (
        <Line name="link for a chat" mark={<Copy text={link} label="Copy the link for a chat" />}>
          <span className="quiet">shows this request, without an account; it cannot vote</span>
        </Line>
      )}
    </dl>
  );
}
