import { Link } from 'wouter';
import type { Approval } from '../../api/types.ts';
import { Revoke } from '../../forms/revoke.tsx';
import { Pill } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Ends, When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import styles from './artifact.module.css';

export const approval_tone = (state: Approval['state']) =>
  state === 'active' ? ('water' as const) : state === 'early' ? ('quiet' as const) : ('amber' as const);

export function Approvals({ approvals, digest }: { approvals: Approval[]; digest: string }) {
  if (approvals.length === 0)
    return (
      <Empty command={command(`approve ${digest} --environment production`)}>
        Nobody approved this artifact anywhere.
      </Empty>
    );
  return (
    <ul className={`${styles.list} plain`}>
      {approvals.map((each) => (
        <li key={each.id} className={styles.evidence}>
          <Pill tone={approval_tone(each.state)}>
            {each.state}
            {each.adopted ? ', adopted' : ''}
          </Pill>
          <Link href={`/environments/${encodeURIComponent(each.environment)}`} className="strong">
            {each.environment}
          </Link>
          <span>
            by {each.actor}, <When at={each.recorded_at} />
          </span>
          <span className="quiet">
            {each.until ? (
              <Ends at={each.until} />
            ) : (
              'until revoked'
            )}
          </span>
          <span className="wrap">{each.reason}</span>
          {each.revoked_at && (
            <span className="amber">
              revoked by {each.revoked_by} <When at={each.revoked_at} />
            </span>
          )}
          <span className="push row">
            <Revoke approval={each} />
            <Seal entry={each.entry} />
          </span>
        </li>
      ))}
    </ul>
  );
}
