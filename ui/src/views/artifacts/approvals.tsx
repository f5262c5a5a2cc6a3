import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import type { Approval } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import styles from './artifact.module.css';

export const approval_tone = (state: Approval['state']) =>
  state === 'active' ? ('water' as const) : state === 'early' ? ('quiet' as const) : ('amber' as const);

export function useRevoke() {
  return useAct<Approval>({
    path: (approval) => `approvals/${encodeURIComponent(approval.id)}/revoke`,
    body: () => ({}),
    done: (_, approval) => `Revoked ${approval.artifact_name ?? 'the approval'} in ${approval.environment}`,
  });
}

export function Approvals({ approvals, digest }: { approvals: Approval[]; digest: string }) {
  const revoke = useRevoke();
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
              <>
                until <When at={each.until} />
              </>
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
            {(each.state === 'active' || each.state === 'early') && (
              <Button size="compact-sm" variant="default" onClick={() => revoke.mutate(each)}>
                Revoke
              </Button>
            )}
            <Seal entry={each.entry} />
          </span>
        </li>
      ))}
    </ul>
  );
}
