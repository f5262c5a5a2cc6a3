import { memo } from 'react';
import { Link } from 'wouter';
import type { Mark as MarkName, Pool as PoolData, Tile } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Mark } from '../../parts/mark.tsx';
import { When } from '../../parts/when.tsx';
import { useWords } from '../../parts/use-now.ts';
import { agent_command, command } from '../../words/command.ts';
import { counted, number } from '../../words/text.ts';
import { duration, moment } from '../../words/time.ts';
import { is_exceptional, looks, marks, rank } from '../../words/verdict.ts';
import { Tiles } from './tiles.tsx';
import styles from './overview.module.css';

const tiles_max = 2000;

// The environments as pools, each workload one tile, exceptional ones first.
export function Lake({ pools, read_at }: { pools: PoolData[]; read_at: number }) {
  return (
    <section className={`${styles.half} ${styles.lake}`} aria-label="Lake">
      <h2 className={styles.heading}>
        Lake <span>what runs now, each tile one workload</span>
      </h2>
      {pools.length === 0 && (
        <Empty command={command('env create host --kind host')}>
          Nothing is watched yet. Make an environment, then start an agent in it.
        </Empty>
      )}
      <div className={styles.pools}>
        {pools.map((pool) => (
          <Pool key={pool.name} pool={pool} read_at={read_at} />
        ))}
      </div>
    </section>
  );
}

export const silent_since = (pool: Pick<PoolData, 'reporters'>): number => {
  const silent = pool.reporters
    .filter((reporter) => reporter.state === 'silent')
    .map((reporter) => moment(reporter.last_seen_at));
  return silent.length ? Math.min(...silent) : NaN;
};

function Seen({ pool, read_at }: { pool: PoolData; read_at: number }) {
  const silent = silent_since(pool);
  const silence = useWords((now) => duration(now - silent));
  if (!Number.isNaN(silent)) return <span className="amber">silent for {silence}</span>;
  const last = Math.max(
    ...pool.reporters.map((reporter) => moment(reporter.last_seen_at)).filter((at) => !Number.isNaN(at)),
  );
  if (!Number.isFinite(last)) return <span>no reporter yet</span>;
  return (
    <span title={new Date(last).toISOString()}>
      seen{' '}
      {read_at - last < 10_000
        ? `${(Math.max(0, read_at - last) / 1000).toFixed(1)} s`
        : duration(read_at - last)}{' '}
      ago
    </span>
  );
}

const Pool = memo(function Pool({ pool, read_at }: { pool: PoolData; read_at: number }) {
  const link = `/environments/${encodeURIComponent(pool.name)}`;
  const hosts = new Set(pool.reporters.map((reporter) => reporter.host)).size;
  return (
    <article className={`${styles.pool} ${Number.isNaN(silent_since(pool)) ? '' : styles.silent}`}>
      <div className={styles.poolHead}>
        <Link href={link} className={styles.poolName}>
          {pool.name}
        </Link>
        <span className="quiet">
          {pool.kind} · {counted(hosts, 'host')}
        </span>
        <span className={styles.poolSeen}>
          <Seen pool={pool} read_at={read_at} />
          {pool.snapshot ? <code> #{pool.snapshot}</code> : null}
        </span>
      </div>
      <PoolTiles pool={pool} />
      <Chips pool={pool} link={link} />
    </article>
  );
});

function PoolTiles({ pool }: { pool: PoolData }) {
  const total = Object.values(pool.counts).reduce((sum, count) => sum + count, 0);
  const told = pool.tiles.some((tile) => tile.verdict === 'missing') ? 0 : (pool.missing ?? 0);
  const rings: Tile[] = Array.from({ length: told }, (_, i) => ({
    id: `missing-${i}`,
    verdict: 'missing',
    name: 'declared, not seen',
    count: 0,
  }));
  const sorted = [...pool.tiles, ...rings].sort((a, b) => rank(a.verdict) - rank(b.verdict));
  const shown = total > tiles_max ? sorted.filter((tile) => is_exceptional(tile.verdict)) : sorted;
  if (total === 0 && shown.length === 0) {
    return <Empty command={agent_command(pool.name)}>No agent has reported from here.</Empty>;
  }
  return (
    <>
      <Tiles tiles={shown} environment={pool.name} />
      {total > shown.length && <p className="quiet">and {number(total - shown.length)} as they should be</p>}
    </>
  );
}

function Chips({ pool, link }: { pool: PoolData; link: string }) {
  const counts = (['approved', 'explained', ...marks] as MarkName[])
    .filter((mark, index, all) => all.indexOf(mark) === index)
    .map((mark) => [mark, mark === 'missing' ? (pool.missing ?? 0) : (pool.counts[mark] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return (
    <div className={styles.chips}>
      {counts.map(([mark, count]) => {
        const tone = looks[mark].tone === 'water' ? 'quiet' : looks[mark].tone;
        const to = mark === 'missing' ? `${link}?view=deployments` : `${link}?q=verdict:${mark}`;
        return (
          <Link key={mark} href={to} title={looks[mark].said}>
            <Pill tone={tone}>
              <Mark verdict={mark} size={11} /> {number(count)} {mark}
            </Pill>
          </Link>
        );
      })}
      {(pool.adopted ?? 0) > 0 && <Pill>{number(pool.adopted ?? 0)} adopted</Pill>}
      {!counts.some(([mark]) => is_exceptional(mark)) && pool.last_unapproved_start && (
        <span className="quiet">
          last unapproved start: <When at={pool.last_unapproved_start} />
        </span>
      )}
    </div>
  );
}
