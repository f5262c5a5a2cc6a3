import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { inner, useMe } from '../../api/queries.ts';
import { useException } from '../../api/queries-decide.ts';
import type { Exception as Data } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Digest } from '../../parts/digest.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { useNow } from '../../parts/use-now.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { counted, listed, say, short_digest } from '../../words/text.ts';
import { Decide, type Act } from './decide.tsx';
import { about, ends_words, exception_looks, left } from './words.ts';
import styles from './exceptions.module.css';

function sentence_of(data: Data, now: number) {
  const where = say(data.environment, `/environments/${encodeURIComponent(data.environment)}`);
  const what = data.artifact
    ? [say(' of '), say(data.artifact_name || 'an artifact', `/artifacts/${data.artifact}`)]
    : [];
  if (data.state === 'requested')
    return [say(`${data.requester} asks to live with ${about(data)}`), ...what, say(' in '), where, say('.'), say(' Another person decides.')];
  if (data.state === 'refused')
    return [say(`${data.decided_by} refused to live with ${about(data)}`, undefined, 'red'), ...what, say(' in '), where, say('.')];
  if (data.state === 'ended')
    return [say(`The exception of ${about(data)}`), ...what, say(' in '), where, say(' is over'), say(`: ${ends_words[data.ended ?? 'time']}.`)];
  const { words, soon } = left(data, now);
  return [
    say(`${data.decided_by} lets ${about(data)}`),
    ...what,
    say(' be in '),
    where,
    say('. '),
    say(words, undefined, soon ? 'amber' : undefined),
    say(data.renewals ? `, renewed ${counted(data.renewals, 'time')}.` : '.'),
  ];
}

// One exception: what it covers exactly, who asked and who decided, and what ends it.
export default function Exception({ id }: { id: string }) {
  const read = useException(id);
  const me = useMe();
  const [act, setAct] = useState<Act | null>(null);
  const now = useNow(60_000) + 60_000;
  const found = inner<Data>(read.data, 'exception');
  return (
    <Loaded read={{ ...read, data: found }}>
      {(data) => (
        <View
          sentence={sentence_of(data, now)}
          side={<Buttons data={data} me={me.data?.name ?? ''} act={setAct} />}>
          <div className="row">
            <LookWord look={exception_looks[data.state]} word={data.state} strong />
            <Link href={`/ledger/${data.entry}`}>
              <code>entry {data.entry}</code>
            </Link>
            <Seal entry={data.entry} words />
          </div>
          <div className={styles.two}>
            <Card title="What it covers" note="exactly this, and never more">
              <Scope data={data} />
            </Card>
            <Card title="Why, who and until when">
              <Story data={data} />
            </Card>
          </div>
          {act && <Decide exception={data} act={act} close={() => setAct(null)} />}
        </View>
      )}
    </Loaded>
  );
}

function Buttons({ data, me, act }: { data: Data; me: string; act: (act: Act) => void }) {
  if (data.state === 'in-force')
    return (
      <Button variant="default" onClick={() => act('end')}>
        End it…
      </Button>
    );
  if (data.state !== 'requested') return null;
  if (me === data.requester) return <span className="quiet">You asked for it; another person decides.</span>;
  return (
    <>
      <Button onClick={() => act('grant')}>Grant…</Button>
      <Button variant="default" onClick={() => act('refuse')}>
        Refuse…
      </Button>
    </>
  );
}

export function Scope({ data }: { data: Data }) {
  const { scope } = data;
  return (
    <dl className={styles.dl}>
      <Line name="excepted">{about(data)}</Line>
      {scope.policy && (
        <Line name="of policy">
          <Link href={`/policies/${encodeURIComponent(scope.policy)}`}>{scope.policy}</Link>
        </Line>
      )}
      <Line name="environment">
        <Link href={`/environments/${encodeURIComponent(scope.environment)}`}>{scope.environment}</Link>
      </Line>
      {scope.artifact && (
        <Line name="artifact">
          <Digest digest={scope.artifact} />
        </Line>
      )}
      <Line name="content">{counted(scope.digests.length, 'digest')}</Line>
      <Line name="workloads that run">
        {scope.workloads.length === 0
          ? 'none'
          : listed(scope.workloads.slice(0, 6).map((each) => `${each.name} on ${each.host}`))}
        {scope.workloads.length > 6 && ` and ${scope.workloads.length - 6} more`}
      </Line>
      {scope.evidence && <Line name="evidence looked at">{scope.evidence}</Line>}
      <Line name="digest of the scope" mark={<Copy text={data.scope_digest} label="Copy the digest of the scope" />}>
        <code title={data.scope_digest}>{short_digest(data.scope_digest)}</code>
      </Line>
    </dl>
  );
}

function Story({ data }: { data: Data }) {
  return (
    <dl className={styles.dl}>
      <Line name="reason">{data.reason}</Line>
      <Line name="what holds instead">{data.compensating_control}</Line>
      <Line name="owner">{data.owner}</Line>
      <Line name="asked by" mark={<Seal entry={data.entry} />}>
        {data.requester}, <When at={data.requested_at} />
      </Line>
      {data.decided_at && (
        <Line name={data.state === 'refused' ? 'refused by' : 'granted by'} mark={<Seal entry={data.granted} />}>
          {data.decided_by}, <When at={data.decided_at} />
          {data.decided_note && `: “${data.decided_note}”`}
        </Line>
      )}
      <Line name="ends">
        <When at={data.until} />
      </Line>
      {data.ends_on.length > 0 && (
        <Line name="or when">{listed(data.ends_on.map((each) => ends_words[each] ?? each))}</Line>
      )}
      <Line name="warned">
        {data.warned_at ? <When at={data.warned_at} /> : <>not yet; due <When at={data.warn_at} /></>}
      </Line>
      {data.renews !== null && (
        <Line name="renews">
          <Link href={`/exceptions/${data.renews}`}>exception {data.renews}</Link>
        </Line>
      )}
      {data.ended_at && (
        <Line name="ended">
          <When at={data.ended_at} />: {ends_words[data.ended ?? ''] ?? data.ended}
          {data.ended_note && ` “${data.ended_note}”`}
        </Line>
      )}
    </dl>
  );
}
