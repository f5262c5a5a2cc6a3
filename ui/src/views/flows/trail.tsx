import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { json, query } from '../../api/client.ts';
import { inner, useTrail } from '../../api/queries.ts';
import type { Attestation, Bead, Trail as Data } from '../../api/types.ts';
import { Card, Line, Pill } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { listed, say } from '../../words/text.ts';
import { Attestations } from '../artifacts/attestations.tsx';
import { Stream } from '../overview/stream.tsx';

const tone = (state: Bead['state']) => (state === 'failed' ? 'red' : state === 'missing' ? 'amber' : 'quiet');

function sentence_of(trail: Data) {
  if (trail.compliant && !trail.beads.some((bead) => bead.state === 'met'))
    return [say(`${trail.flow} requires nothing yet, so nothing vouches for ${trail.name}.`)];
  if (trail.compliant) return [say(`${trail.flow} ${trail.name} has all it requires.`)];
  const failed = trail.beads.filter((bead) => bead.state === 'failed').map((bead) => `${bead.name} failed`);
  const missing = trail.beads
    .filter((bead) => bead.state === 'missing')
    .map((bead) => `${bead.name} is missing`);
  return [
    say(`${trail.flow} ${trail.name} cannot go on: `),
    say(listed([...failed, ...missing]), undefined, 'red'),
    say('.'),
  ];
}

// One run of a flow: its beads, what it made, and the evidence.
export default function Trail({ flow, name }: { flow: string; name: string }) {
  const read = useTrail(flow, name);
  const trail = inner<Data>(read.data as Data | undefined, 'trail');
  const { ref, width } = useWidth<HTMLDivElement>();
  const evidence = useQuery({
    queryKey: ['flows', flow, name, 'attestations'],
    queryFn: () =>
      json<{ attestations: Attestation[] }>(`attestations${query({ flow, trail: name, limit: 500 })}`),
  });
  return (
    <div ref={ref}>
      <Loaded read={{ ...read, data: trail }}>
        {(data) => (
          <View sentence={sentence_of(data)}>
            <Card
              title={
                <>
                  <Link href={`/flows/${encodeURIComponent(flow)}`}>{flow}</Link> / {data.name}
                </>
              }
              note={<When at={data.begun_at} />}
              side={<Seal entry={data.entry} words />}>
              {width > 0 && <Stream beads={data.beads} width={width - 36} />}
              <dl>
                {data.beads.map((bead) => (
                  <Line
                    key={(bead.artifact ?? '') + bead.name}
                    name={bead.name}
                    mark={bead.state === 'missing' ? null : <Seal entry={bead.entry} />}>
                    <span className="quiet">
                      {bead.type}
                      {bead.artifact ? ` of ${bead.artifact}` : ''}
                    </span>{' '}
                    <Pill tone={tone(bead.state)}>{bead.state}</Pill>
                  </Line>
                ))}
                {data.commit && (
                  <Line name="commit">
                    <code>{data.commit}</code>
                    {data.branch && <> on {data.branch}</>}
                  </Line>
                )}
                {data.author && <Line name="author">{data.author}</Line>}
                {data.url && (
                  <Line name="run">
                    <a href={data.url} rel="noreferrer">
                      {data.url}
                    </a>
                  </Line>
                )}
                {data.artifacts.map((artifact) => (
                  <Line key={artifact.digest + artifact.name} name="artifact">
                    <Link href={`/artifacts/${artifact.digest}`}>{artifact.name}</Link>{' '}
                    <Digest digest={artifact.digest} />
                  </Line>
                ))}
              </dl>
            </Card>
            <Card title="Evidence">
              {evidence.data?.attestations.length ? (
                <Attestations attestations={evidence.data.attestations} />
              ) : (
                <Empty>No evidence was recorded in this trail.</Empty>
              )}
            </Card>
          </View>
        )}
      </Loaded>
    </div>
  );
}
