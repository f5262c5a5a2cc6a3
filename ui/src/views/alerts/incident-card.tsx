import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Incident } from '../../api/types.ts';
import { When } from '../../parts/when.tsx';
import { counted, number } from '../../words/text.ts';
import { severity_tone } from '../../words/verdict.ts';
import { Acknowledge } from './acknowledge.tsx';
import styles from './alerts.module.css';

export const origin_of = (incident: Incident): string => {
  const origin = incident.origin ?? {};
  const login =
    origin.login_user && origin.login_user !== origin.user ? `, logged in as ${origin.login_user}` : '';
  return [
    origin.user && `user ${origin.user}${login}`,
    origin.unit && `unit ${origin.unit}`,
    origin.container && `container ${origin.container.slice(0, 12)}`,
    origin.session ? `session ${origin.session}` : '',
    origin.directory && `in ${origin.directory}`,
  ]
    .filter(Boolean)
    .join(' · ');
};

export function IncidentCard({ incident }: { incident: Incident }) {
  const to = `/incidents/${encodeURIComponent(incident.id)}`;
  return (
    <article className={`${styles.incident} ${styles[severity_tone(incident.severity)] ?? ''}`}>
      <h3>
        <Link href={to}>
          {incident.first || incident.title}
          {incident.alerts > 1 && ` and ${number(incident.alerts - 1)} more`}
        </Link>
      </h3>
      <span>
        {incident.environment}
        {incident.host ? `, ${incident.host}` : ''}{' '}
        <span className="quiet">
          · <When at={incident.opened_at} />
        </span>
      </span>
      <span className="quiet wrap">{origin_of(incident) || 'origin unknown'}</span>
      <span className="quiet">
        {counted(incident.alerts, 'alert')}, {number(incident.open)} open
        {incident.owner ? ` · ${incident.owner}` : ''}
      </span>
      <div className="row">
        <Button component={Link} href={to} size="compact-sm" variant="default">
          Look
        </Button>
        {incident.open > 0 && <Acknowledge incident={incident.id} what={incident.title} />}
      </div>
    </article>
  );
}
