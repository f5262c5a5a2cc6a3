import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { inner, useAlerts, useIncident } from '../../api/queries.ts';
import type { Incident as Data, ScopeRule } from '../../api/types.ts';
import { Scope } from '../../forms/scope.tsx';
import { Card, Line } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Loaded, More, View } from '../../parts/view.tsx';
import { Ends, When } from '../../parts/when.tsx';
import { counted, number, say } from '../../words/text.ts';
import { severity_tone } from '../../words/verdict.ts';
import { Acknowledge } from './acknowledge.tsx';
import { AlertTable } from './alert-table.tsx';
import { origin_of } from './incident-card.tsx';
import { Story } from './story.tsx';
import styles from './alerts.module.css';

const sentence_of = (incident: Data) => [
  say(
    `${incident.first || incident.title}${incident.alerts > 1 ? ` and ${number(incident.alerts - 1)} more` : ''}.`,
    undefined,
    incident.open ? severity_tone(incident.severity) : undefined,
  ),
  say(incident.first && incident.first !== incident.title ? ` ${incident.title}: ` : ' '),
  say(counted(incident.alerts, 'alert'), `/incidents/${encodeURIComponent(incident.id)}`),
  say(' of one origin, '),
  say(`${number(incident.open)} open`, `/incidents/${encodeURIComponent(incident.id)}?q=state:open`),
  say(', in '),
  say(incident.environment, `/environments/${encodeURIComponent(incident.environment)}`),
  say('.'),
];

const told = (rule: ScopeRule) =>
  (['path', 'user', 'unit', 'container'] as const)
    .filter((name) => rule[name])
    .map((name) => `${name} ${rule[name] ?? ''}`)
    .join(', ');

// Alerts of one origin, for people: the story, the suggestion that would calm it, and every alert in it.
export default function Incident({ id }: { id: string }) {
  const read = useIncident(id);
  const alerts = useAlerts({ incident: id });
  const [scoping, setScoping] = useState(false);
  const incident = inner<Data>(read.data as Data | undefined, 'incident');
  const first = alerts.rows[0];
  return (
    <Loaded read={{ ...read, data: incident }}>
      {(data) => (
        <View
          sentence={sentence_of(data)}
          side={
            data.open > 0 ? (
              <Acknowledge incident={id} what={data.title} />
            ) : (
              <span className="quiet">{data.state}</span>
            )
          }>
          <div className={styles.cells}>
            <Card title="Story">
              {first ? <Story alert={first} /> : <span className="quiet">No alert is listed.</span>}
            </Card>
            <Card title="Origin">
              <dl className={styles.dl}>
                <Line name="where">
                  <Link href={`/environments/${encodeURIComponent(data.environment)}`}>
                    {data.environment}
                  </Link>
                  {data.host ? `, ${data.host}` : ''}
                </Line>
                <Line name="who">{origin_of(data) || 'unknown'}</Line>
                <Line name="opened">
                  <When at={data.opened_at} />
                </Line>
                <Line name="last change">
                  <When at={data.updated_at} />
                </Line>
                <Line name="service">{data.service || 'none'}</Line>
                <Line name="owner">{data.owner || 'nobody'}</Line>
              </dl>
            </Card>
          </div>
          {data.suggestion && (
            <Card title="Suggestion" note="a scope rule that ends by itself">
              <div className={styles.suggestion}>
                <span>
                  Not watching <code className="wrap">{told(data.suggestion.rule)}</code>
                  {data.suggestion.rule.expires_at && (
                    <>
                      {' '}
                      (<Ends at={data.suggestion.rule.expires_at} />)
                    </>
                  )}{' '}
                  <strong>
                    silences {number(data.suggestion.silences)} of {number(data.suggestion.of)}
                  </strong>
                  .
                </span>
                <Button size="compact-sm" variant="default" onClick={() => setScoping(true)}>
                  Preview the rule…
                </Button>
              </div>
            </Card>
          )}
          <Card title="Alerts" note={String(data.alerts)}>
            <AlertTable
              name={`incident-${id}`}
              alerts={alerts.rows}
              more={<More list={alerts} />}
              empty={<Empty>No alert is listed.</Empty>}
            />
          </Card>
          {scoping && data.suggestion && (
            <Scope
              environment={data.environment}
              rule={data.suggestion.rule}
              opened
              close={() => setScoping(false)}
            />
          )}
        </View>
      )}
    </Loaded>
  );
}
