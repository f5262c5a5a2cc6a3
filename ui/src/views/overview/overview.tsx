import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { useOverview } from '../../api/queries.ts';
import { words_of } from '../../api/client.ts';
import { Problem } from '../../parts/empty.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { Lake } from './lake.tsx';
import { Needs } from './needs.tsx';
import { River } from './river.tsx';
import { TrustStrip } from './trust.tsx';
import { Wall } from './wall.tsx';
import styles from './overview.module.css';

// River, weir and lake; beside them what needs a person; below them what this view rests on.
export function Overview({ wall = false }: { wall?: boolean }) {
  const { data, error, dataUpdatedAt } = useOverview();
  if (!data)
    return error ? <Problem>{words_of(error)}</Problem> : <div className={styles.waiting} aria-busy />;
  return (
    <div className={`${styles.page} ${wall ? styles.big : ''}`}>
      <Sentence parts={data.sentence} className={styles.sentence} />
      {wall && <Leave />}
      <div className={styles.picture}>
        <River flows={data.river} lake={data.lake} since={data.since} />
        <Wall weir={data.weir} />
        <Lake pools={data.lake} read_at={dataUpdatedAt} />
      </div>
      <aside className={styles.side}>
        <Needs needs={data.needs} lake={data.lake} />
      </aside>
      <TrustStrip trust={data.trust} per_minute={data.entries_per_minute} />
    </div>
  );
}

// The wall has no header: Escape leads back, and so does a quiet link in its corner.
function Leave() {
  const [, go] = useLocation();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => event.key === 'Escape' && go('/');
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [go]);
  return (
    <Link href="/" className={styles.leave}>
      Leave the wall <kbd>Esc</kbd>
    </Link>
  );
}
