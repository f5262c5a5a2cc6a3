import { Link } from 'wouter';
import type { Overview } from '../../api/types.ts';
import { counted } from '../../words/text.ts';
import styles from './overview.module.css';

export function Since({ since }: { since: Overview['since'] }) {
  return (
    <p className={styles.since}>
      <span className="quiet">Since you last looked:</span>
      <Link href="/environments">{counted(since.starts, 'start')}</Link>
      <Link href="/ledger?q=type:deployment">{counted(since.deployments, 'deployment')}</Link>
      <Link href="/policies?sort=-created">{counted(since.policy_changes, 'policy change')}</Link>
    </p>
  );
}
