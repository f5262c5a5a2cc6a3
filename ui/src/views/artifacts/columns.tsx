import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Artifact } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { summary_of } from '../../words/evidence.ts';
import { listed } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import styles from './artifact.module.css';

// One line of the story: what it says and which entry says the same; without an entry it is a claim, as everything is
// that only agents reported: their reports are sealed, what a run came to is computed from them.
interface Fact {
  name: string;
  value: ReactNode;
  entry: number | null;
}

const unique = (words: (string | null | undefined)[]) => [
  ...new Set(words.filter((word): word is string => Boolean(word))),
];
const last_by = <T,>(rows: T[], time: (row: T) => string) =>
  [...rows].sort((a, b) => moment(time(b)) - moment(time(a)))[0];
const active = (artifact: Artifact) =>
  last_by(
    artifact.approvals.filter((each) => each.state === 'active'),
    (each) => each.recorded_at,
  ) ?? artifact.approvals[0];
const declared = (artifact: Artifact) => last_by(artifact.deployments, (each) => each.declared_at);

function what(artifact: Artifact): Fact[] {
  const manifests = artifact.identity.filter((each) => each.relation === 'manifest').slice(0, 2);
  return [
    { name: artifact.kind, value: artifact.name, entry: artifact.entry },
    { name: 'digest', value: <Digest digest={artifact.digest} linked={false} />, entry: artifact.entry },
    ...manifests.map((each) => ({
      name: `manifest ${each.platform?.replace('linux/', '') ?? ''}`,
      value: <Digest digest={each.digest} linked={false} />,
      entry: artifact.entry,
    })),
    {
      name: 'commit',
      value: artifact.commit ? <code>{artifact.commit.slice(0, 12)}</code> : 'unknown',
      entry: artifact.commit ? artifact.entry : null,
    },
  ];
}

function how(artifact: Artifact): Fact[] {
  const trail =
    artifact.flow && artifact.trail ? (
      <Link href={`/flows/${encodeURIComponent(artifact.flow)}/trails/${encodeURIComponent(artifact.trail)}`}>
        {artifact.trail}
      </Link>
    ) : (
      'none'
    );
  return [
    { name: 'trail', value: trail, entry: artifact.flow ? artifact.entry : null },
    ...artifact.attestations.slice(0, 6).map((each) => ({
      name: each.name,
      value: (
        <>
          {summary_of(each.summary) ||
            (each.compliant === false ? 'failed' : each.compliant ? 'met' : 'recorded')}
          {each.signed === 'unsigned' && <span className="quiet">, unsigned</span>}
        </>
      ),
      entry: each.entry,
    })),
  ];
}

function where(artifact: Artifact): Fact[] {
  const now = artifact.runs.filter((run) => !run.ended_at);
  const approval = active(artifact);
  return [
    {
      name: 'environments',
      value: listed(unique(now.map((run) => run.environment))) || 'runs nowhere',
      entry: null,
    },
    { name: 'hosts', value: listed(unique(now.map((run) => run.host)).slice(0, 4)) || 'none', entry: null },
    { name: 'instances', value: String(now.reduce((sum, run) => sum + run.count, 0)), entry: null },
    {
      name: 'approved for',
      value:
        listed(
          unique(
            artifact.approvals.filter((each) => each.state === 'active').map((each) => each.environment),
          ),
        ) || 'nowhere',
      entry: approval?.entry ?? null,
    },
    {
      name: 'declared for',
      value: listed(unique(artifact.deployments.map((each) => each.environment))) || 'nowhere',
      entry: declared(artifact)?.entry ?? null,
    },
  ];
}

const time = (name: string, at: string | undefined, entry?: number | null): Fact => ({
  name,
  value: at ? <When at={at} /> : 'never',
  entry: entry ?? null,
});

function when(artifact: Artifact): Fact[] {
  const approval = active(artifact);
  const deployment = declared(artifact);
  const first = [...artifact.runs].sort((a, b) => moment(a.started_at) - moment(b.started_at))[0];
  const runs = artifact.runs.some((run) => !run.ended_at);
  return [
    time('recorded', artifact.created_at, artifact.entry),
    time('approved', approval?.recorded_at, approval?.entry),
    time('declared', deployment?.declared_at, deployment?.entry),
    time('first seen', first?.started_at),
    {
      name: 'ended',
      value: runs ? (
        'runs still'
      ) : (
        (first && <When at={last_by(artifact.runs, (run) => run.ended_at ?? '')?.ended_at} />) || 'never ran'
      ),
      entry: null,
    },
  ];
}

function who(artifact: Artifact): Fact[] {
  const approval = active(artifact);
  const deployment = declared(artifact);
  const by = unique(artifact.attestations.map((each) => each.actor));
  const reviews = artifact.attestations.filter((each) => each.type === 'review' || each.name === 'review');
  return [
    {
      name: 'evidence by',
      value: listed(by.slice(0, 3)) || 'nobody',
      entry: artifact.attestations[0]?.entry ?? null,
    },
    {
      name: 'reviewed by',
      value: listed(unique(reviews.map((each) => each.actor))) || 'nobody',
      entry: reviews[0]?.entry ?? null,
    },
    { name: 'approver', value: approval?.actor || 'nobody', entry: approval?.entry ?? null },
    { name: 'deployer', value: deployment?.actor || 'nobody', entry: deployment?.entry ?? null },
    { name: 'service', value: artifact.service || 'none', entry: null },
  ];
}

const told = { What: what, How: how, Where: where, When: when, Who: who };

const is_nothing = (value: ReactNode) =>
  ['nobody', 'nowhere', 'none', 'unknown', 'never', 'never ran', 'runs nowhere', '0'].includes(String(value));

// How many lines rest on a claim alone.
export const claims_of = (artifact: Artifact) =>
  Object.values(told)
    .flatMap((facts) => facts(artifact))
    .filter((fact) => fact.entry === null && !is_nothing(fact.value)).length;

export function Columns({ artifact }: { artifact: Artifact }) {
  return (
    <div className={styles.columns}>
      {Object.entries(told).map(([title, facts]) => (
        <Card key={title} title={title}>
          <dl>
            {facts(artifact).map((fact, index) => (
              <Fragment key={fact.name + index}>
                <Line name={fact.name} mark={is_nothing(fact.value) ? '–' : <Seal entry={fact.entry} />}>
                  {fact.value}
                </Line>
              </Fragment>
            ))}
          </dl>
        </Card>
      ))}
    </div>
  );
}
