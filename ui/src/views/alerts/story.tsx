import type { Alert } from '../../api/types.ts';
import { Digest } from '../../parts/digest.tsx';
import { When } from '../../parts/when.tsx';
import { chain_of } from '../../words/alert.ts';
import { severity_tone } from '../../words/verdict.ts';
import styles from './alerts.module.css';

// An alert in four lines: what, where and since when, who started it, why and what would make it right.
export function Story({ alert }: { alert: Alert }) {
  const { story } = alert;
  return (
    <div className={`${styles.story} ${styles[severity_tone(alert.severity)] ?? ''}`}>
      <p>
        <code className="wrap">{alert.workload?.name || story.what}</code>
        {alert.workload?.digests[0] && (
          <>
            {' '}
            <Digest digest={alert.workload.digests[0]} />
          </>
        )}
      </p>
      <p>
        {story.where || 'the server itself'}, {alert.workload?.name && alert.started_at ? 'started' : 'noticed'}{' '}
        <When at={(alert.workload?.name && alert.started_at) || alert.opened_at} />
      </p>
      {(story.who || alert.workload?.name) && (
        <p className="wrap" title={story.who}>
          {chain_of(story.who) || 'nobody known started it'}
        </p>
      )}
      <p>
        {story.why}
        {story.remedy && (
          <>
            . To make it right: <span className={styles.remedy}>{story.remedy}</span>
          </>
        )}
      </p>
    </div>
  );
}

export const as_text = (alert: Alert): string =>
  [
    alert.title,
    alert.story.what,
    `${alert.story.where}, since ${alert.started_at ?? alert.opened_at}`,
    alert.story.who,
    alert.story.why,
    alert.story.remedy,
    `${alert.severity}, ${alert.cause}, ${alert.state}, ledger entry ${alert.entry}`,
    alert.runbook ? `runbook: ${alert.runbook}` : '',
    `${location.origin}/alerts/${alert.id}`,
  ]
    .filter(Boolean)
    .join('\n');
