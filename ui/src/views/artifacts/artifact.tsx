import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { query, text, words_of } from '../../api/client.ts';
import { inner, useArtifact } from '../../api/queries.ts';
import { useDbom, useDecisions } from '../../api/queries-decide.ts';
import type { Artifact as Data, DecisionRow, SignedDbom } from '../../api/types.ts';
import { Approve } from '../../forms/approve.tsx';
import { AskApproval } from '../../forms/ask-approval.tsx';
import { Card, Pill } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { notify } from '../../parts/notice.tsx';
import { Seal } from '../../parts/seal.tsx';
import { download } from '../../parts/table/columns.ts';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { verdict_looks } from '../../words/decision.ts';
import { counted, listed, say, short_digest } from '../../words/text.ts';
import { is_exceptional } from '../../words/verdict.ts';
import { Approvals } from './approvals.tsx';
import { Attestations } from './attestations.tsx';
import { Bill } from './bill.tsx';
import { Columns, claims_of } from './columns.tsx';
import { DbomPicture } from './dbom.tsx';
import { proven_words } from './dbom-words.ts';
import { Flaws } from './flaws.tsx';
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

// Where it runs, was deployed or may run; what runs comes first.
const places_of = (artifact: Data) => [
  ...new Set([
    ...artifact.runs.filter((run) => !run.ended_at).map((run) => run.environment),
    ...artifact.deployments.map((each) => each.environment),
    ...artifact.runs.map((run) => run.environment),
    ...artifact.approvals.map((each) => each.environment),
  ]),
];

// An artifact's page is its story: from the commit to the running instance, and what each line rests on. Where it was
// deployed or ran, that story is the deployment bill of materials.
export default function Artifact({ digest }: { digest: string }) {
  const read = useArtifact(digest);
  const { values, set } = useUrlState(['environment']);
  const artifact = inner<Data>(read.data as Data | undefined, 'artifact');
  const places = artifact ? places_of(artifact) : [];
  const place = places.includes(values['environment'] ?? '') ? (values['environment'] ?? '') : (places[0] ?? '');
  const dbom = useDbom(digest, place);
  const decisions = useDecisions({ artifact: digest });
  const document = dbom.isPlaceholderData ? undefined : dbom.data?.document;
  if (read.error && !artifact && (read.error as { status?: number }).status === 404)
    return <Unknown digest={digest} />;
  return (
    <Loaded read={{ ...read, data: artifact }}>
      {(data) => (
        <View
          sentence={document ? [say(document.sentence), say(proven_words(document))] : sentence_of(data)}>
          <Bar
            artifact={data}
            places={places}
            place={place}
            choose={(environment) => set({ environment })}
            signed={document && dbom.data}
            decision={decisions.rows.find((row) => row.environment === place && row.current)}
          />
          {document ? (
            <DbomPicture
              dbom={document}
              decision={decisions.rows.find((row) => row.environment === place && row.current)}
              runs={data.runs}
            />
          ) : (
            <>
              <Card label="Path">
                <Path artifact={data} />
              </Card>
              <Columns artifact={data} />
              <Card title="Where it ran" note="in all environments, as agents reported it">
                <Runs runs={data.runs} />
              </Card>
            </>
          )}
          <div className={styles.two}>
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
            <Card title="Identity" note={counted(data.identity.length, 'digest')}>
              <Identity artifact={data} />
            </Card>
          </div>
          <Bill digest={data.digest} />
          <div className={styles.two}>
            <Card title="Approvals" note={String(data.approvals.length)}>
              <Approvals approvals={data.approvals} digest={data.digest} />
            </Card>
            <Card title="Flaws" note="of what it is made of">
              <Flaws artifact={data} />
            </Card>
          </div>
        </View>
      )}
    </Loaded>
  );
}

interface BarProps {
  artifact: Data;
  places: string[];
  place: string;
  choose: (environment: string) => void;
  signed: SignedDbom | undefined;
  decision: DecisionRow | undefined;
}

// What the document is, where it speaks of, and what can be done with it.
function Bar({ artifact, places, place, choose, signed, decision }: BarProps) {
  const [form, setForm] = useState<'approve' | 'ask' | null>(null);
  const name = `${artifact.name || 'artifact'}-${short_digest(artifact.digest)}${place ? `-${place}` : ''}`;
  const close = () => setForm(null);
  const approved = artifact.approvals.some((each) => each.state === 'active' && each.environment === place);
  return (
    <div className={styles.bar}>
      {decision ? (
        <Link href={`/decisions/${decision.entry}`}>
          <LookWord look={verdict_looks[decision.verdict]} word={decision.verdict} strong />
        </Link>
      ) : (
        <Pill tone="water">{artifact.kind}</Pill>
      )}
      <span className="quiet">Deployment bill of materials{places.length === 1 ? ` for ${place}` : ''}</span>
      {places.length > 1 && (
        <SegmentedControl size="xs" aria-label="Environment" data={places.slice(0, 5)} value={place} onChange={choose} />
      )}
      <Digest digest={artifact.digest} linked={false} />
      <Link href={`/ledger/${artifact.entry}`}>
        <code>entry {artifact.entry}</code>
      </Link>
      <Seal entry={artifact.entry} words auto />
      <span className="push row noprint">
        <Button variant={approved ? 'default' : 'filled'} onClick={() => setForm('approve')}>
          Approve…
        </Button>
        <Button variant="default" onClick={() => setForm('ask')}>
          Ask for approval…
        </Button>
        {signed ? (
          <>
            <Button
              variant="default"
              onClick={() => download(`${name}.dbom.json`, 'application/json', JSON.stringify(signed.envelope))}>
              Save signed JSON
            </Button>
            <Button variant="default" onClick={() => void save_page(artifact.digest, place, name)}>
              Save HTML
            </Button>
          </>
        ) : (
          <Button
            variant="default"
            onClick={() => download(`${name}.json`, 'application/json', JSON.stringify(artifact, null, 2))}>
            Save JSON
          </Button>
        )}
        <Button variant="default" onClick={() => print()}>
          Print
        </Button>
      </span>
      {form === 'approve' && (
        <Approve digests={[artifact.digest]} name={artifact.name} environment={place} opened close={close} />
      )}
      {form === 'ask' && <AskApproval digest={artifact.digest} name={artifact.name} close={close} />}
    </div>
  );
}

async function save_page(digest: string, environment: string, name: string) {
  try {
    const page = await text(`dboms/${encodeURIComponent(digest)}${query({ environment, form: 'html' })}`);
    download(`${name}.dbom.html`, 'text/html', page);
  } catch (error) {
    notify(words_of(error), { failed: true });
  }
}

function Unknown({ digest }: { digest: string }) {
  return (
    <View sentence={[say('Nobody recorded this content.'), say(' Nothing here says that it may run; it could be running all the same.')]}>
      <Card>
        <Empty command={command('record ./program --flow FLOW --trail RUN')}>
          No pipeline recorded <code>{short_digest(digest)}</code>. If it should run, record it from its
          pipeline, then approve it.
        </Empty>
      </Card>
    </View>
  );
}
