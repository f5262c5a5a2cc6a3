import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import { useAlerts, useIncidents } from '../../api/queries.ts';
import type { Alert, Incident, Need, Pool } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { When } from '../../parts/when.tsx';
import { chain_of, kind_of } from '../../words/alert.ts';
import { counted, short_digest } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import { severities, severity_tone } from '../../words/verdict.ts';
import styles from './overview.module.css';

const shown_max = 4;
const unfolded_max = 60;

const places: Record<Need['kind'], (need: Need) => string> = {
  incident: (need) => `/incidents/${encodeURIComponent(need.id)}`,
  approval: (need) => `/approvals?q=${encodeURIComponent(need.id)}`,
  request: (need) => `/approval-requests/${encodeURIComponent(need.id)}`,
  deployment: (need) =>
    need.where ? `/environments/${encodeURIComponent(need.where)}?view=deployments` : '/environments',
  exception: (need) => `/exceptions/${encodeURIComponent(need.id)}`,
  proposal: (need) => `/policy-proposals/${encodeURIComponent(need.id)}`,
  'break-glass': () => '/exceptions?view=glass',
};

const kind_words: Record<Need['kind'], string> = {
  incident: 'incident',
  approval: 'approval ends',
  request: 'asks for consent',
  deployment: 'deployment',
  exception: 'exception',
  proposal: 'asks for consent',
  'break-glass': 'asks for a review',
};

const tier = (need: Need) => Number(need.tier ?? 9) || 9;

// The queue: by tier, then severity, then the longest waiting.
export const by_urgency = (a: Need, b: Need) =>
  tier(a) - tier(b) ||
  severities.indexOf(a.severity ?? 'low') - severities.indexOf(b.severity ?? 'low') ||
  moment(a.since) - moment(b.since);

export function Needs({ needs, lake }: { needs: Need[]; lake: Pool[] }) {
  const alerts = useAlerts({ state: 'open' });
  const incidents = useIncidents({ state: 'open' });
  const [all, setAll] = useState(false);
  const queue = [...needs].sort(by_urgency);
  const story = (need: Need) => ({
    alert: need.kind === 'incident' ? alerts.rows.find((alert) => alert.incident === need.id) : undefined,
    incident: need.kind === 'incident' ? incidents.rows.find((each) => each.id === need.id) : undefined,
  });
  return (
    <Card title="Needs a person" note={needs.length ? String(needs.length) : undefined}>
      {queue.length === 0 && <Calm lake={lake} />}
      <ul className={`${styles.list} plain`}>
        {queue.slice(0, all ? unfolded_max : shown_max).map((need) => (
          <NeedCard key={need.kind + need.id} need={need} {...story(need)} />
        ))}
      </ul>
      {queue.length > shown_max && (
        <button type="button" className={styles.unfold} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'fewer' : `and ${queue.length - shown_max} more`}
        </button>
      )}
    </Card>
  );
}

function Calm({ lake }: { lake: Pool[] }) {
  const last = lake
    .map((pool) => pool.last_unapproved_start)
    .filter(Boolean)
    .sort()
    .at(-1);
  return (
    <p className="quiet">
      Nothing waits for a person.
      {last && (
        <>
          {' '}
          Last unapproved start: <When at={last} />.
        </>
      )}
    </p>
  );
}

interface NeedProps {
  need: Need;
  alert: Alert | undefined; // of its incident, where it is among those that were read
  incident: Incident | undefined;
}

// What is wrong stands first; who and where follow.
function NeedCard({ need, alert, incident }: NeedProps) {
  const to = places[need.kind](need);
  const acknowledge = useAct<Need['id']>({
    path: (id) => `incidents/${encodeURIComponent(id)}/acknowledge`,
    body: () => ({}),
    done: () => `Acknowledged: ${need.title}`,
  });
  return (
    <li className={`${styles.need} ${styles[severity_tone(need.severity)] ?? ''}`}>
      <Link href={to} className={styles.title}>
        {alert ? kind_of(alert) : (incident?.first ?? need.title)}
      </Link>
      {alert && (
        <code className={styles.what} title={alert.story.what}>
          {alert.workload?.name || alert.story.what}
          {alert.workload?.digests[0] && ` · ${short_digest(alert.workload.digests[0])}`}
        </code>
      )}
      <span className="quiet cut" title={alert?.story.who}>
        {alert ? chain_of(alert.story.who) : incident ? need.title : need.where}
      </span>
      <span className="quiet">
        {alert ? alert.story.where : kind_words[need.kind]}
        {' · '}
        <When at={need.since} />
        {incident && incident.open > 1 && <> · {counted(incident.open, 'alert')}</>}
        {need.owner && <> · {need.owner}</>}
        {need.tier !== null && need.tier !== undefined && <> · tier {need.tier}</>}
      </span>
      {alert && <span className={styles.why}>{alert.story.why}</span>}
      <div className={styles.actions}>
        <Button component={Link} href={to} size="compact-sm" variant="default">
          Look
        </Button>
        {need.kind === 'incident' && (
          <Button
            size="compact-sm"
            variant="default"
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate(need.id)}>
            Acknowledge
          </Button>
        )}
      </div>
    </li>
  );
}
