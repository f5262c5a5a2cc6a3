// What is open against what was agreed, in one line for each severity.
import { useBacklog } from '../../api/queries-resolve.ts';
import type { BacklogSeverity } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { duration } from '../../words/time.ts';
import { counted, number } from '../../words/text.ts';
import styles from './vulnerabilities.module.css';
import { severity_look, severity_word } from './words.ts';

const time_of = (micros: number | null) => (micros === null ? '' : duration(micros / 1000));

function Severity({ row }: { row: BacklogSeverity }) {
  return (
    <li className={styles.severity}>
      <LookWord look={severity_look(row.severity)} word={`${number(row.open)} ${severity_word(row.severity)}`} strong />
      {row.overdue > 0 && <span className="red">{number(row.overdue)} overdue</span>}
      {row.exploited > 0 && <span className="red">{number(row.exploited)} exploited</span>}
      {row.suppressed > 0 && <span className="quiet">{number(row.suppressed)} stated not affected</span>}
      <span className="quiet">
        {row.agreed_us === null ? 'no time agreed' : `within ${time_of(row.agreed_us)}`}
        {row.mean_us !== null && `; mended in ${time_of(row.mean_us)} on average`}
      </span>
    </li>
  );
}

export function BacklogStrip() {
  const { data } = useBacklog();
  if (!data) return null;
  const rows = data.severities.filter((row) => row.open + row.suppressed + row.remedied > 0);
  if (rows.length === 0) return null;
  const late = data.post_deployment;
  return (
    <Card
      title="Backlog"
      note={late > 0 ? `${counted(late, 'finding')} came up after what has them ran` : 'against the agreed times'}>
      <ul className={`plain ${styles.strip}`}>
        {rows.map((row) => (
          <Severity key={row.severity} row={row} />
        ))}
      </ul>
    </Card>
  );
}
