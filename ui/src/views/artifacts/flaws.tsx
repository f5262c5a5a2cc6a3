// How many flaws are open in what an artifact is made of, the worst first; the view of vulnerabilities lists them.
import { Link } from 'wouter';
import { words_of } from '../../api/client.ts';
import { useVulnerabilities } from '../../api/queries-resolve.ts';
import type { Artifact } from '../../api/types.ts';
import { Problem } from '../../parts/empty.tsx';
import { counted, listed } from '../../words/text.ts';

const grades = ['critical', 'high', 'medium', 'low'];

export function Flaws({ artifact }: { artifact: Artifact }) {
  const list = useVulnerabilities({ artifact: artifact.digest, open: 'true' });
  if (list.error && !list.data) return <Problem>{words_of(list.error)}</Problem>;
  if (!list.data) return null;
  if (list.rows.length === 0)
    return (
      <p className="quiet">
        {artifact.attestations.some((each) => each.type === 'sbom')
          ? 'None is open, as far as the advisories go that the server was given.'
          : 'No bill of materials was attested, so none can be found.'}
      </p>
    );
  const graded = grades
    .map((grade) => [grade, list.rows.filter((row) => row.severity === grade).length] as const)
    .filter(([, count]) => count > 0)
    .map(([grade, count]) => `${count} ${grade}`);
  const unscored = list.rows.filter((row) => !grades.includes(row.severity)).length;
  return (
    <p>
      <Link href={`/vulnerabilities?artifact=${artifact.digest}`}>
        {list.hasNextPage ? `More than ${list.rows.length} flaws are` : counted(list.rows.length, 'flaw is', 'flaws are')}{' '}
        open
      </Link>
      : {listed([...graded, ...(unscored ? [`${unscored} not scored`] : [])])}.
    </p>
  );
}
