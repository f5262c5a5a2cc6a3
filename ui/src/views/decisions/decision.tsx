import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { json, words_of } from '../../api/client.ts';
import { useArtifact, inner } from '../../api/queries.ts';
import { useDecision, useDecisions } from '../../api/queries-decide.ts';
import type { Artifact, Decision as Data, DecisionRecord } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { notify } from '../../parts/notice.tsx';
import { Seal } from '../../parts/seal.tsx';
import { download } from '../../parts/table/columns.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { verdict_looks, verdict_sentence } from '../../words/decision.ts';
import { counted, short_digest } from '../../words/text.ts';
import { utc } from '../../words/time.ts';
import { Rules } from './rules.tsx';
import styles from './decisions.module.css';

const name_of = (record: DecisionRecord) => {
  const told = (record.input['artifact'] as { name?: string } | undefined)?.name;
  return told || short_digest(record.artifact);
};

async function save_vsa(entry: number) {
  try {
    const envelope = await json<unknown>(`decisions/${entry}/vsa`);
    download(`decision-${entry}.vsa.json`, 'application/json', JSON.stringify(envelope));
  } catch (error) {
    notify(words_of(error), { failed: true });
  }
}

// One decision: its sentence, rule by rule with what each rests on, and all that it takes to decide it again.
export default function Decision({ entry }: { entry: string }) {
  const read = useDecision(entry);
  return (
    <Loaded read={read}>
      {(data) => (
        <View sentence={verdict_sentence(data.record, name_of(data.record), data.purpose === 'running')}>
          <div className="row">
            <LookWord look={verdict_looks[data.record.verdict]} word={data.record.verdict} strong />
            <span className="quiet">
              decided <When at={data.record.decided_at} />
              {data.purpose === 'running' ? ' about what runs' : ` for a ${data.change_class || 'normal'} change`}
            </span>
            <Link href={`/ledger/${data.entry}`}>
              <code>entry {data.entry}</code>
            </Link>
            <Seal entry={data.entry} words auto />
            <Later data={data} />
            <span className="push row noprint">
              <Button
                variant="default"
                onClick={() =>
                  download(`decision-${data.entry}.json`, 'application/json', JSON.stringify(data, null, 2))
                }>
                Save JSON
              </Button>
              <Button variant="default" onClick={() => void save_vsa(data.entry)}>
                Save signed VSA
              </Button>
            </span>
          </div>
          {data.record.warnings.map((warning) => (
            <Problem key={warning.policy + warning.message}>
              {warning.policy}: {warning.message}
            </Problem>
          ))}
          <Card title="Rule by rule" note={counted(data.record.rules.length, 'rule')}>
            <Rules rules={data.record.rules} />
          </Card>
          <div className={styles.cells}>
            <Card title="By which policies">
              <Policies record={data.record} />
            </Card>
            <Card title="When">
              <Times record={data.record} />
            </Card>
            <Card title="Decide it again">
              <Replay data={data} />
            </Card>
            <Card title="Earlier and later" note="of the same artifact and environment">
              <Others data={data} />
            </Card>
          </div>
        </View>
      )}
    </Loaded>
  );
}

function Policies({ record }: { record: DecisionRecord }) {
  const entry = (record.input['artifact'] as { entry?: number } | undefined)?.entry;
  return (
    <dl className={styles.dl}>
      {record.policies.length === 0 && (
        <p className="quiet">No policy counted here; an approval by a person decided.</p>
      )}
      {record.policies.map((policy) => (
        <Line
          key={policy.name}
          name={
            <Link href={`/policies/${encodeURIComponent(policy.name)}?view=versions&to=${policy.version}`}>
              {policy.name}
            </Link>
          }
          mark={<Copy text={policy.digest} label={`Copy the digest of ${policy.name}`} />}>
          version {policy.version}, {policy.mode} <code title={policy.digest}>{short_digest(policy.digest)}</code>
        </Line>
      ))}
      <Line name="artifact" mark={<Seal entry={entry} />}>
        <Digest digest={record.artifact} />
      </Line>
      <Line name="engine">{record.engine || 'not said'}</Line>
      <Line name="time zones">{record.tzdata ? short_digest(record.tzdata) : 'not used'}</Line>
      <Line name="advisories">{record.advisories ? short_digest(record.advisories) : 'not used'}</Line>
    </dl>
  );
}

function Times({ record }: { record: DecisionRecord }) {
  const window = record.window;
  return (
    <dl className={styles.dl}>
      <Line name="decided">
        <When at={record.decided_at} /> <span className="quiet">{utc(record.decided_at)}</span>
      </Line>
      <Line name="decided again">
        {record.next_evaluation_at ? (
          <When at={record.next_evaluation_at} />
        ) : (
          'when something it rests on changes'
        )}
      </Line>
      <Line name="window">
        {!window ? (
          'none counts here'
        ) : (
          <>
            <Link href="/windows">{window.window}</Link>{' '}
            <span className={window.verdict === 'closed' ? 'red' : ''}>{window.verdict}</span>
            {window.overridden && ', overridden'}
            {window.reason && `: ${window.reason}`}
          </>
        )}
      </Line>
      {window?.next_opening && (
        <Line name="opens">
          <When at={window.next_opening} />
        </Line>
      )}
      {window?.next_closing && (
        <Line name="closes">
          <When at={window.next_closing} />
        </Line>
      )}
    </dl>
  );
}

interface Replayed {
  same: boolean;
  verdict: string;
  difference: string; // the first member that differs
  engine: string;
}

function Replay({ data }: { data: Data }) {
  const words = command(`decision replay ${data.entry}`);
  const [replayed, setReplayed] = useState<Replayed>();
  const [busy, setBusy] = useState(false);
  async function again() {
    setBusy(true);
    try {
      setReplayed(await json<Replayed>(`decisions/${data.entry}/replay`));
    } catch (error) {
      notify(words_of(error), { failed: true });
    }
    setBusy(false);
  }
  return (
    <>
      <p>
        The record holds its whole input. Deciding it again gives the same bytes, or says what differs:
      </p>
      <p className={styles.command}>
        <code>{words}</code> <Copy text={words} label="Copy the command" />
      </p>
      <div className="row">
        <Button variant="default" loading={busy} onClick={() => void again()}>
          Decide it again
        </Button>
        <span role="status">
          {replayed?.same && (
            <span className="water">
              The same bytes: {replayed.verdict}, by {replayed.engine}.
            </span>
          )}
          {replayed && !replayed.same && (
            <span className="red wrap">Not the same: {replayed.difference}</span>
          )}
        </span>
      </div>
      <p className="quiet">
        It rests on {counted(data.record.inputs.length, 'entry', 'entries')} of the ledger:{' '}
        {data.record.inputs.slice(0, 12).map((index, place) => (
          <span key={index}>
            {place ? ', ' : ''}
            <Link href={`/ledger/${index}`}>{index}</Link>
          </span>
        ))}
        {data.record.inputs.length > 12 && ` and ${data.record.inputs.length - 12} more`}.
      </p>
      <details>
        <summary>The input, as it was</summary>
        <pre className={styles.input} tabIndex={0}>
          {JSON.stringify(data.record.input, null, 2)}
        </pre>
      </details>
    </>
  );
}

// A decision speaks of its moment: where another holds by now, that one is named beside it.
function Later({ data }: { data: Data }) {
  const list = useDecisions({ artifact: data.record.artifact, environment: data.record.environment });
  const holds = list.rows.find(
    (row) => row.current && row.purpose === data.purpose && row.change_class === data.change_class,
  );
  if (!holds || holds.entry <= data.entry) return null;
  return (
    <span className="amber">
      another holds now: <Link href={`/decisions/${holds.entry}`}>{holds.verdict}</Link>
    </span>
  );
}

function Others({ data }: { data: Data }) {
  const list = useDecisions({ artifact: data.record.artifact, environment: data.record.environment });
  const artifact = inner<Artifact>(useArtifact(data.record.artifact).data as Artifact | undefined, 'artifact');
  const others = list.rows.slice(0, 8);
  return (
    <>
      <ul className="plain">
        {others.map((row) => (
          <li key={row.entry} className={styles.other}>
            <LookWord look={verdict_looks[row.verdict]} word={row.verdict} />
            {row.entry === data.entry ? (
              <strong>this one</strong>
            ) : (
              <Link href={`/decisions/${row.entry}`}>entry {row.entry}</Link>
            )}
            <span className="quiet">
              <When at={row.decided_at} />
              {row.current ? ', in force' : ''}
            </span>
          </li>
        ))}
      </ul>
      <p>
        <Link
          href={`/decisions?artifact=${data.record.artifact}&environment=${encodeURIComponent(data.record.environment)}`}>
          All of them
        </Link>
        {artifact && (
          <>
            {' · '}
            <Link href={`/artifacts/${artifact.digest}`}>the story of {artifact.name}</Link>
          </>
        )}
      </p>
    </>
  );
}
