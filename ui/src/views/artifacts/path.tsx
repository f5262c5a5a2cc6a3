import type { Artifact, Bead } from '../../api/types.ts';
import { useWidth } from '../../parts/use-width.ts';
import { useNow } from '../../parts/use-now.ts';
import { summary_of } from '../../words/evidence.ts';
import { ago } from '../../words/time.ts';
import { BeadMark } from '../overview/stream.tsx';
import styles from './artifact.module.css';

export interface Stop {
  name: string;
  state: Bead['state'] | 'unasked'; // unasked: nothing is recorded, and nothing asks for it
  first: string;
  rest: string[];
}

const step_min = 128;

// From the commit to the running instance: commit, each attestation, approval, deployment.
export function stops_of(artifact: Artifact, now: number): Stop[] {
  const approval = artifact.approvals.find((each) => each.state === 'active');
  const deployment = [...artifact.deployments].sort((a, b) => b.declared_at.localeCompare(a.declared_at))[0];
  const running = artifact.runs.filter((run) => !run.ended_at).reduce((sum, run) => sum + run.count, 0);
  const named = new Set<string>();
  const evidence = artifact.attestations.filter((each) => {
    if (named.has(each.name) || each.name === 'commit' || each.name === 'approve') return false;
    named.add(each.name);
    return true;
  });
  return [
    {
      name: 'commit',
      state: artifact.commit ? 'met' : 'missing',
      first: artifact.commit?.slice(0, 7) || 'unknown',
      rest: [artifact.trail ?? ''],
    },
    ...evidence.map((each) => ({
      name: each.name,
      state: each.compliant === false ? ('failed' as const) : ('met' as const),
      first: summary_of(each.summary).split(', ')[0] || (each.compliant === false ? 'failed' : 'recorded'),
      rest: [each.actor, ago(each.recorded_at, now)],
    })),
    {
      name: 'approve',
      state: approval ? 'met' : 'missing',
      first: approval?.actor || 'nobody',
      rest: approval
        ? [approval.environment, approval.until ? `until ${approval.until.slice(0, 10)}` : 'until revoked']
        : [],
    },
    {
      name: 'deploy',
      state: !deployment ? 'missing' : deployment.state === 'missed' ? 'failed' : 'met',
      first: deployment ? `declared ${ago(deployment.declared_at, now)}` : 'not declared',
      rest: deployment ? [deployment.state] : [],
    },
    {
      name: 'run',
      state: running ? 'met' : 'missing',
      first: running ? `${running} running` : 'runs nowhere',
      rest: [],
    },
  ];
}

const cut = (text: string, letters: number) =>
  text.length > letters ? text.slice(0, letters - 1) + '…' : text;

export function Path({ artifact }: { artifact: Artifact }) {
  const now = useNow(10_000) + 10_000;
  return <Picture stops={stops_of(artifact, now)} />;
}

// The stops as beads; water flows to the first that is missing or failed, and past what nothing asks for.
export function Picture({ stops }: { stops: Stop[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const step = Math.max(step_min, width / stops.length);
  const x = (index: number) => step * (index + 0.5);
  const dry = stops.findIndex((stop) => stop.state === 'missing' || stop.state === 'failed');
  const letters = Math.floor(step / 7.6);
  return (
    <div
      ref={ref}
      className={styles.path}
      tabIndex={0}
      role="region"
      aria-label="From commit to running instance">
      {width > 0 && (
        <svg
          width={step * stops.length}
          height={108}
          role="img"
          aria-label={stops.map((stop) => `${stop.name}: ${stop.first}`).join('; ')}>
          <line x1={x(0)} x2={x(stops.length - 1)} y1={40} y2={40} className={styles.pathDry} />
          <line
            x1={x(0)}
            x2={x(dry < 0 ? stops.length - 1 : dry)}
            y1={40}
            y2={40}
            className={styles.pathLine}
          />
          {stops.map((stop, index) => (
            <g key={stop.name} transform={`translate(${x(index)} 0)`}>
              {(stop.first.length > letters || stop.rest.some((line) => line.length > letters)) && (
                <title>{[stop.first, ...stop.rest].join(', ')}</title>
              )}
              <text y={18} className={styles.pathName}>
                {cut(stop.name, letters)}
              </text>
              <g transform="translate(0 40)">
                <BeadMark state={stop.state === 'unasked' ? 'missing' : stop.state} scale={1.6} />
              </g>
              <text y={72} className={styles.pathFirst}>
                {cut(stop.first, letters)}
              </text>
              {stop.rest.map((line, row) => (
                <text key={row} y={89 + row * 16} className={styles.pathRest}>
                  {cut(line, letters)}
                </text>
              ))}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}
