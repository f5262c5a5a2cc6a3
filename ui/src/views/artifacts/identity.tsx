import type { Artifact } from '../../api/types.ts';
import { Line } from '../../parts/card.tsx';
import { Digest } from '../../parts/digest.tsx';
import styles from './artifact.module.css';

// All digests that mean this artifact: index, listed manifests, their configs; each link recomputed by the server.
export function Identity({ artifact }: { artifact: Artifact }) {
  return (
    <dl className={styles.dl}>
      {artifact.identity.map((each) => (
        <Line
          key={each.digest + each.relation}
          name={`${each.relation}${each.platform ? ` ${each.platform}` : ''}`}>
          <Digest digest={each.digest} linked={each.digest !== artifact.digest} />
        </Line>
      ))}
    </dl>
  );
}
