import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { ApprovalRequest } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { listed } from '../../words/text.ts';
import { consents, needed_words } from './request-words.ts';
import styles from './approvals.module.css';

// Requests that wait for people, the ones that end first foremost.
export function Inbox({ requests }: { requests: ApprovalRequest[] }) {
  const open = requests
    .filter((each) => each.state === 'open')
    .sort((a, b) => a.expires_at.localeCompare(b.expires_at));
  const answered = requests.filter((each) => each.state !== 'open').slice(0, 6);
  return (
    <Card title="Asked for" note={open.length ? String(open.length) : undefined}>
      {open.length === 0 && (
        <Empty command={command('approval request ./program --environment production')}>
          Nobody waits for consent. A pipeline or a person asks, and shows what is different from what runs.
        </Empty>
      )}
      <div className={styles.requests}>
        {open.map((request) => (
          <Request key={request.id} request={request} />
        ))}
      </div>
      {answered.length > 0 && (
        <p className="quiet">
          Answered lately:{' '}
          {answered.map((request, index) => (
            <span key={request.id}>
              {index ? ', ' : ''}
              <Link href={`/approval-requests/${request.id}`}>
                {request.artifact_name || 'an artifact'} in {request.environment}
              </Link>{' '}
              {request.state}
            </span>
          ))}
        </p>
      )}
    </Card>
  );
}

function Request({ request }: { request: ApprovalRequest }) {
  const to = `/approval-requests/${request.id}`;
  const said = consents(request).map((each) => each.actor);
  return (
    <article className={styles.request}>
      <h3>
        <Link href={to}>
          {request.artifact_name || 'An artifact'} into {request.environment}
        </Link>
      </h3>
      <span className="wrap">{request.reason}</span>
      <span className="quiet">
        {request.requester}, <When at={request.requested_at} /> · answer <When at={request.expires_at} />
      </span>
      <span>
        {said.length ? `${listed(said)} consented; ` : ''}
        {needed_words(request)}
      </span>
      <div className={styles.pips}>
        <Button component={Link} href={to} size="compact-sm" variant="default">
          See the difference
        </Button>
      </div>
    </article>
  );
}
