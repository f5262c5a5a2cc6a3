import { useState } from 'react';
import { Link } from 'wouter';
import type { Dbom, DbomLine, DecisionRow, Run } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import { Seal } from '../../parts/seal.tsx';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { counted } from '../../words/text.ts';
import { label_of, sections, stops_of_dbom, tone_of } from './dbom-words.ts';
import { DbomDifference } from './dbom-difference.tsx';
import { Picture } from './path.tsx';
import { Runs } from './runs.tsx';
import styles from './artifact.module.css';

interface Props {
  dbom: Dbom;
  decision: DecisionRow | undefined;
  runs: Run[];
}

// The bill of materials as a picture: from the commit to what runs, then what, how, where, when, who, line by line.
export function DbomPicture({ dbom, decision, runs }: Props) {
  const now = useNow(10_000) + 10_000;
  return (
    <>
      <Card label="Path">
        <Picture stops={stops_of_dbom(dbom, decision, now)} />
      </Card>
      <div className={styles.columns}>
        {sections.map(([section, title]) => (
          <Card key={section} title={title}>
            <Lines lines={dbom[section]} title={title} />
          </Card>
        ))}
      </div>
      <div className={styles.two}>
        <Card title="Ran here" note={dbom.environment}>
          <Runs runs={runs.filter((run) => run.environment === dbom.environment)} />
        </Card>
        <Card title={dbom.difference ? `Difference from ${dbom.difference.name}` : 'Difference'} label="Difference">
          <DbomDifference difference={dbom.difference} />
        </Card>
      </div>
    </>
  );
}

const shown_max = 8;

// The lines of one column; beyond eight they unfold.
function Lines({ lines, title }: { lines: DbomLine[]; title: string }) {
  const [all, setAll] = useState(false);
  if (lines.length === 0) return <p className="quiet">Nothing is recorded.</p>;
  const more = lines.length - shown_max;
  return (
    <>
      <dl>
        {(all || more <= 1 ? lines : lines.slice(0, shown_max)).map((line, index) => (
          <Line key={index} name={label_of(line)} mark={<Proof line={line} />}>
            <Words line={line} />
          </Line>
        ))}
      </dl>
      {more > 1 && (
        <button type="button" className={styles.unfold} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Fewer lines of ${title}` : `${counted(more, 'more line')} of ${title}`}
        </button>
      )}
    </>
  );
}

function Proof({ line }: { line: DbomLine }) {
  return <Seal entry={line.basis === 'claim' ? null : (line.entries?.[0] ?? null)} />;
}

// What a line says, by its kind.
function Words({ line }: { line: DbomLine }) {
  const tone = tone_of(line.state);
  if (line.kind === 'identity') return line.digest ? <Digest digest={line.digest} linked={false} /> : line.name;
  if (line.kind === 'replaces' && line.digest)
    return (
      <>
        <Link href={`/artifacts/${line.digest}`}>{line.name}</Link> <Digest digest={line.digest} />
      </>
    );
  if (line.kind === 'commit') return <code title={line.name}>{line.name.slice(0, 12)}</code>;
  if (line.kind === 'environment')
    return <Link href={`/environments/${encodeURIComponent(line.name)}`}>{line.name}</Link>;
  if (line.kind === 'flow') return <Link href={`/flows/${encodeURIComponent(line.name)}`}>{line.name}</Link>;
  if (line.kind === 'setting') return line.value;
  if (line.kind === 'approval')
    return (
      <span className={tone}>
        {line.state}
        {line.until && <span title={line.until}>, until {line.until.slice(0, 10)}</span>}
      </span>
    );
  if (is_moment.has(line.kind)) return line.at ? <When at={line.at} /> : line.value || line.name;
  return (
    <span className={tone}>
      {by_value.has(line.kind) ? line.value || line.state || line.name : line.name}
      {line.kind === 'workload' && line.value && <span className="quiet"> {line.value}</span>}
      {tone && line.state && !by_state.has(line.kind) && `, ${line.state}`}
    </span>
  );
}

const is_moment = new Set([
  ...['built', 'attested', 'approved', 'declared', 'first-seen', 'observed', 'missed', 'ended', 'replaced', 'issued'],
]);
const by_value = new Set(['test', 'scan', 'review', 'provenance', 'ticket', 'evidence', 'sbom', 'required']);
const by_state = new Set(['approval']);
