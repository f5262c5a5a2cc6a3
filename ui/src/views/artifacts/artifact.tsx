import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { inner, useArtifact } from '../../api/queries.ts';
import type { Artifact as Data } from '../../api/types.ts';
import { Approve } from '../../forms/approve.tsx';
import { Card, Pill } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { download } from '../../parts/table/columns.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, listed, say, short_digest } from '../../words/text.ts';
import { is_exceptional } from '../../words/verdict.ts';
import { Approvals } from './approvals.tsx';
import { Attestations } from './attestations.tsx';
import { Columns, claims_of } from './columns.tsx';
import { Identity } from './identity.tsx';
import { Path } from './path.tsx';
import { Runs } from './runs.tsx';
import styles from './artifact.module.css';

function sentence_of(artifact: Data) {
  const now = artifact.runs.filter((run) => !run.ended_at);
  const red = now.filter((run) => is_exceptional(run.verdict));
  const claims = claims_of(artifact);
  const proven =
    claims === 0
      ? ' Every line of this story is sealed in the ledger.'
      : ` Every line is sealed in the ledger but ${claims}, marked as ${claims === 1 ? 'a claim' : 'claims'}.`;
  const name = [artifact.name, artifact.trail].filter(Boolean).join(' ');
  if (red[0])
    return [
      say(`${name} runs in `),
      say(red[0].environment, `/environments/${encodeURIComponent(red[0].environment)}`, 'red'),
      say(` and is ${red[0].verdict}.`),
      say(proven),
    ];
  if (now.length === 0) return [say(`${name} runs nowhere.`), say(proven)];
  return [
    say(`${name} runs in ${listed([...new Set(now.map((run) => run.environment))])} as approved.`),
    say(proven),
  ];
}

// An artifact's page is its story: from the commit to the running instance, and what each line rests on.
export default function Artifact({ digest }: { digest: string }) {
  const read = useArtifact(digest);
  const [approving, setApproving] = useState(false);
  const artifact = inner<Data>(read.data as Data | undefined, 'artifact');
  if (read.error && !artifact && (read.error as { status?: number }).status === 404)
    return <Unknown digest={digest} />;
  return (
    <Loaded read={{ ...read, data: artifact }}>
      {(data) => (
        <View sentence={sentence_of(data)}>
          <div className={styles.bar}>
            <Pill tone="water">{data.kind}</Pill>
            <span className="quiet">Deployment bill of materials</span>
            <Digest digest={data.digest} linked={false} />
            <Link href={`/ledger/${data.entry}`}>
              <code>entry {data.entry}</code>
            </Link>
            <Seal entry={data.entry} words auto />
            <span className="push row noprint">
              <Button onClick={() => setApproving(true)}>Approve…</Button>
              <Button
                variant="default"
                onClick={() =>
                  download(
                    `${data.name}-${short_digest(data.digest)}.json`,
                    'application/json',
                    JSON.stringify(data, null, 2),
                  )
                }>
                Save JSON
              </Button>
              <Button variant="default" onClick={() => print()}>
                Print
              </Button>
            </span>
          </div>
          <Card label="Path">
            <Path artifact={data} />
          </Card>
          <Columns artifact={data} />
          <div className={styles.two}>
            <Card title="Where it ran" note="in all environments, as agents reported it">
              <Runs runs={data.runs} />
            </Card>
            <Card title="Identity" note={counted(data.identity.length, 'digest')}>
              <Identity artifact={data} />
            </Card>
          </div>
          <Card title="Attestations" note={String(data.attestations.length)}>
            {data.attestations.length ? (
              <Attestations attestations={data.attestations} />
            ) : (
              <Empty
                command={command(
                  `attest junit ./program --flow ${data.flow ?? 'F'} --trail ${data.trail ?? 'T'} ` +
                    '--name test --file junit.xml',
                )}>
                No evidence was recorded for this artifact.
              </Empty>
            )}
          </Card>
          <Card title="Approvals" note={String(data.approvals.length)}>
            <Approvals approvals={data.approvals} digest={data.digest} />
          </Card>
          {approving && (
            <Approve digests={[data.digest]} name={data.name} opened close={() => setApproving(false)} />
          )}
        </View>
      )}
    </Loaded>
  );
}

function Unknown({ digest }: { digest: string }) {
  return (
    <View sentence={[say('Nobody recorded this content.'), say(' It may run all the same.')]}>
      <Card>
        <Empty command={command('record ./program')}>
          No pipeline recorded <code>{short_digest(digest)}…</code>. If it should run, record it from its
          pipeline, then approve it.
        </Empty>
      </Card>
    </View>
  );
}
