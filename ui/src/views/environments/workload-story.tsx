import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { json, query } from '../../api/client.ts';
import type { Workload, WorkloadInstance } from '../../api/types.ts';
import { Approve } from '../../forms/approve.tsx';
import { Scope } from '../../forms/scope.tsx';
import { Line } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { VerdictWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Ends, When } from '../../parts/when.tsx';
import { base_name } from '../../words/text.ts';
import { is_exceptional } from '../../words/verdict.ts';
import styles from './environments.module.css';

interface StoryProps {
  workload: Workload;
  environment: string;
  close: () => void;
}

// One workload: what it is, why it has its verdict, who started it, and what can be done.
export function WorkloadStory({ workload, environment, close }: StoryProps) {
  const [form, setForm] = useState<'approve' | 'scope' | null>(null);
  const leave = () => setForm(null);
  if (form === 'approve')
    return (
      <Approve
        digests={workload.digests}
        name={workload.name}
        environment={environment}
        opened
        close={leave}
      />
    );
  if (form === 'scope') {
    return (
      <Scope
        environment={environment}
        opened
        close={leave}
        rule={{
          effect: 'exclude',
          path: workload.name.split(' ')[0] ?? '',
          ...(workload.owner?.user && { user: workload.owner.user }),
        }}
      />
    );
  }
  return (
    <Modal
      opened
      onClose={close}
      title={base_name(workload.name)}
      lockScroll={false}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={styles.story}>
        <div className="row">
          <VerdictWord verdict={workload.verdict} />
          <span className="wrap">{workload.name}</span>
        </div>
        <dl className={styles.dl}>
          {workload.reasons.map((reason) => (
            <Line key={reason.code + reason.message} name="why" mark={<Seal entry={reason.entry} />}>
              {reason.message} <span className="quiet">({reason.code})</span>
            </Line>
          ))}
          <Line name="kind">
            {workload.kind}
            {workload.marks?.length ? `, ${workload.marks.join(', ')}` : ''}
          </Line>
          <Line name="host">
            {workload.host || 'unknown'} in{' '}
            <Link href={`/environments/${encodeURIComponent(environment)}`}>{environment}</Link>
          </Line>
          <Line name="started">
            <When at={workload.started_at} fallback="never seen" />
          </Line>
          <Line name="owner">
            {[workload.owner?.user, workload.owner?.unit, workload.owner?.container]
              .filter(Boolean)
              .join(' · ') || 'unknown'}
          </Line>
          {workload.package && (
            <Line name="package" mark={<span className="amber">claim</span>}>
              {workload.package.name} {workload.package.version}
            </Line>
          )}
          {workload.digests.map((digest) => (
            <Line key={digest} name="content">
              <Digest digest={digest} />
            </Line>
          ))}
        </dl>
        <Instances workload={workload} environment={environment} />
        <div className="row">
          <Button
            variant={is_exceptional(workload.verdict) ? 'filled' : 'default'}
            onClick={() => setForm('approve')}
            disabled={workload.digests.length === 0}>
            Approve…
          </Button>
          <Button variant="default" onClick={() => setForm('scope')}>
            Do not watch…
          </Button>
          {workload.digests[0] && (
            <Button variant="default" component={Link} href={`/artifacts/${workload.digests[0]}`}>
              Story of the artifact
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

const shown_max = 20;

function Instances({ workload, environment }: { workload: Workload; environment: string }) {
  const read = useQuery({
    queryKey: [`environment:${environment}`, 'instances', workload.id],
    queryFn: () =>
      json<{ workloads: Workload[] }>(
        `environments/${encodeURIComponent(environment)}/workloads${query({ instances: true, q: workload.name })}`,
      ),
    retry: false,
  });
  const instances =
    read.data?.workloads.find((each) => each.id === workload.id)?.instances ?? workload.instances ?? [];
  if (instances.length === 0) return null;
  return (
    <ul className={`${styles.diff} plain`}>
      {instances.slice(0, shown_max).map((each) => (
        <Instance key={each.id} instance={each} />
      ))}
      {instances.length > shown_max && <li className="quiet">and {instances.length - shown_max} more</li>}
    </ul>
  );
}

function Instance({ instance }: { instance: WorkloadInstance }) {
  const origin = instance.origin;
  const chain = [
    origin?.user,
    ...(origin?.parents ?? []).map((parent) => base_name(parent.name)),
    origin?.unit,
  ]
    .filter(Boolean)
    .join(' ← ');
  return (
    <li>
      <code className="cut" title={instance.id}>
        {instance.id.slice(0, 24)}
      </code>
      <span>
        started <When at={instance.started_at} />
        {instance.ended_at ? (
          <>
            , <Ends at={instance.ended_at} />
          </>
        ) : (
          ', runs'
        )}
      </span>
      <span className="quiet">
        {chain}
        {origin?.login_user && origin.login_user !== origin.user ? `, logged in as ${origin.login_user}` : ''}
      </span>
      {instance.arguments && instance.arguments.length > 0 && (
        <code className="cut" title={instance.arguments.join(' ')}>
          {instance.arguments.join(' ')}
        </code>
      )}
    </li>
  );
}
