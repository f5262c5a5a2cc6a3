import { Link } from 'wouter';
import type { DbomDifference as Data } from '../../api/types.ts';
import { Seal } from '../../parts/seal.tsx';
import { counted, short_digest } from '../../words/text.ts';
import styles from './artifact.module.css';

const rows_max = 12;

// What is new against what was deployed here before it.
export function DbomDifference({ difference }: { difference: Data | null }) {
  if (!difference) return <p className="quiet">Nothing of this name was deployed here before.</p>;
  const rows = [
    ...difference.changed.map((each) => ['~', each.name, `${each.was} → ${each.version}`, ''] as const),
    ...difference.added.map((each) => ['+', each.name, each.version ?? '', 'water'] as const),
    ...difference.removed.map((each) => ['−', each.name, each.version ?? '', 'red'] as const),
  ];
  const said = { '~': 'changed', '+': 'added', '−': 'removed' };
  return (
    <ul className="plain" id="difference">
      <li className={styles.fact}>
        <span>before</span>
        <span className="push">
          <Link href={`/artifacts/${difference.artifact}`}>
            {difference.name} <code>{short_digest(difference.artifact)}</code>
          </Link>
        </span>
      </li>
      {difference.commits.slice(0, rows_max).map((line) => (
        <li key={line.name} className={styles.fact}>
          <code title={line.name}>{line.name.slice(0, 12)}</code>
          <span className="push quiet">{[line.value && `by ${line.value}`, line.state].filter(Boolean).join(' on ')}</span>
          <Seal entry={line.entries?.[0]} />
        </li>
      ))}
      {difference.evidence.map((each) => (
        <li key={each.type + each.name} className={styles.fact}>
          <span>{each.name}</span>
          <span className="push">
            <span className="quiet">{each.was} → </span>
            <span className={each.is === 'failed' || each.is === 'absent' ? 'red' : ''}>{each.is}</span>
          </span>
        </li>
      ))}
      {rows.slice(0, rows_max).map(([sign, name, version, tone]) => (
        <li key={sign + name} className={styles.fact}>
          <span className={tone}>
            <span aria-hidden>{sign}</span>
            <span className="hidden">{said[sign]}: </span> {name}
          </span>
          <span className="push quiet">{version}</span>
        </li>
      ))}
      {rows.length > rows_max && <li className="quiet">and {counted(rows.length - rows_max, 'more component')}</li>}
      {!difference.compared && (
        <li className="quiet">Components are not compared: one of the two has no bill of materials.</li>
      )}
      {difference.compared && rows.length === 0 && <li className="quiet">The components are the same.</li>}
    </ul>
  );
}
