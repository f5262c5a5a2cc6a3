import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { inner, useAlert, useDeliveries } from '../../api/queries.ts';
import type { Alert as Data } from '../../api/types.ts';
import { Adopt } from '../../forms/adopt.tsx';
import { Approve } from '../../forms/approve.tsx';
import { AskException, type Draft } from '../../forms/ask-exception.tsx';
import { Scope } from '../../forms/scope.tsx';
import { Card, Line, Pill } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Digest } from '../../parts/digest.tsx';
import { VerdictWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { say } from '../../words/text.ts';
import { severity_tone } from '../../words/verdict.ts';
import { Acknowledge } from './acknowledge.tsx';
import { Story, as_text } from './story.tsx';
import styles from './alerts.module.css';

type Open = 'approve' | 'except' | 'adopt' | 'scope' | null;

const sentence_of = (alert: Data) => [
  say(`${alert.title}.`, undefined, alert.state === 'open' ? severity_tone(alert.severity) : undefined),
  say(
    alert.state === 'open'
      ? ' Nobody has looked at it yet.'
      : alert.state === 'acknowledged'
        ? ` Acknowledged by ${alert.acknowledged_by || 'somebody'}.`
        : ' It is resolved.',
  ),
];

export default function Alert({ id }: { id: string }) {
  const read = useAlert(id);
  const [form, setForm] = useState<Open>(null);
  const alert = inner<Data>(read.data as Data | undefined, 'alert');
  const close = () => setForm(null);
  return (
    <Loaded read={{ ...read, data: alert }}>
      {(data) => (
        <View
          sentence={sentence_of(data)}
          side={data.state === 'open' ? <Acknowledge ids={[data.id]} what={data.title} /> : undefined}>
          <Card
            title="Story"
            note={<Pill tone={severity_tone(data.severity)}>{data.severity}</Pill>}
            side={<Seal entry={data.entry} words />}>
            <Story alert={data} />
            <div className={styles.acts}>
              <Act alert={data} open={setForm} />
            </div>
          </Card>
          <div className={styles.cells}>
            <Card title="Subject">
              <Subject alert={data} />
            </Card>
            <Card title="History">
              <History alert={data} />
            </Card>
          </div>
          {form === 'approve' && data.workload && (
            <Approve
              digests={data.workload.digests}
              name={data.workload.name}
              environment={data.environment}
              opened
              close={close}
            />
          )}
          {form === 'except' && <AskException draft={draft_of(data)} close={close} />}
          {form === 'adopt' && <Adopt environment={data.environment} opened close={close} />}
          {form === 'scope' && (
            <Scope
              environment={data.environment}
              opened
              close={close}
              rule={{ effect: 'exclude', path: data.workload?.name.split(' ')[0] ?? '' }}
            />
          )}
        </View>
      )}
    </Loaded>
  );
}

// What an exception from here would be about: the workload, or the rule that it does not meet.
const draft_of = (alert: Data): Draft =>
  alert.cause === 'policy-not-met'
    ? { kind: 'rule', what: '', environment: alert.environment, artifact: sha_of(alert) }
    : { kind: 'workload', what: alert.workload?.id ?? '', environment: alert.environment };

// A silent reporter and a damaged ledger have none; a deployment that was never seen has its artifact.
const is_about_workload = (alert: Data) => Boolean(alert.workload?.name || alert.workload?.digests.length);
const sha_of = (alert: Data) => alert.workload?.digests[0] ?? '';

// What a person can do about it: approve, make an exception, adopt, not watch, read the runbook, hand it on as text.
function Act({ alert, open }: { alert: Data; open: (form: Open) => void }) {
  return (
    <>
      {Boolean(alert.workload?.digests.length) && <Button onClick={() => open('approve')}>Approve…</Button>}
      {is_about_workload(alert) && (
        <Button variant="default" onClick={() => open('except')}>
          Make an exception…
        </Button>
      )}
      {alert.cause === 'first-sight' && (
        <Button variant="default" onClick={() => open('adopt')}>
          Adopt…
        </Button>
      )}
      {is_about_workload(alert) && (
        <Button variant="default" onClick={() => open('scope')}>
          Do not watch…
        </Button>
      )}
      {alert.runbook && (
        <Button component="a" href={alert.runbook} target="_blank" rel="noreferrer" variant="default">
          Open the runbook
        </Button>
      )}
      <Copy text={as_text(alert)} label="Copy as text" worded />
    </>
  );
}

function Subject({ alert }: { alert: Data }) {
  const workload = alert.workload;
  const at = `/environments/${encodeURIComponent(alert.environment)}`;
  return (
    <dl className={styles.dl}>
      {alert.environment && (
        <Line name="environment">
          <Link href={at}>{alert.environment}</Link>
        </Line>
      )}
      <Line name="cause">{alert.cause}</Line>
      {alert.incident && (
        <Line name="incident">
          <Link href={`/incidents/${encodeURIComponent(alert.incident)}`}>all alerts of this origin</Link>
        </Line>
      )}
      {is_about_workload(alert) && workload && (
        <>
          <Line name="workload">
            {workload.id ? (
              <Link href={`${at}?workload=${encodeURIComponent(workload.id)}`}>{workload.name}</Link>
            ) : (
              workload.name
            )}
          </Line>
          <Line name="verdict now">
            <VerdictWord verdict={workload.verdict} />
          </Line>
          <Line name="host">{workload.host || 'unknown'}</Line>
          {workload.digests.map((digest) => (
            <Line key={digest} name="content">
              <Digest digest={digest} />
            </Line>
          ))}
        </>
      )}
      <Line name="service">{alert.service || 'none'}</Line>
      <Line name="owner">{alert.owner || 'nobody'}</Line>
    </dl>
  );
}

function History({ alert }: { alert: Data }) {
  const deliveries = useDeliveries('');
  const mine = (deliveries.data?.deliveries ?? []).filter((delivery) => delivery.alert === alert.id);
  return (
    <ul className={styles.history}>
      <li>
        <strong>opened</strong> <When at={alert.opened_at} />{' '}
        <span className="quiet">entry {alert.entry}</span>
      </li>
      {alert.acknowledged_at && (
        <li>
          <strong>acknowledged</strong> by {alert.acknowledged_by} <When at={alert.acknowledged_at} />
          {alert.note && <span>“{alert.note}”</span>}
        </li>
      )}
      {alert.resolved_at && (
        <li>
          <strong>resolved</strong> <When at={alert.resolved_at} />
        </li>
      )}
      {mine.map((delivery) => (
        <li key={delivery.id}>
          <span>
            {delivery.state === 'delivered' ? 'delivered to' : 'not yet delivered to'}{' '}
            <Link href="/settings">{delivery.channel}</Link>
          </span>
          <span className="quiet">
            {delivery.attempts} {delivery.attempts === 1 ? 'attempt' : 'attempts'}
            {delivery.last_error ? `, ${delivery.last_error}` : ''}
          </span>
        </li>
      ))}
    </ul>
  );
}
