import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import type { Flow, Overview, Pool } from '../../api/types.ts';
import { Empty } from '../../parts/empty.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { told_once } from '../../words/evidence.ts';
import { Since } from './since.tsx';
import { Stream, told } from './stream.tsx';
import styles from './overview.module.css';

const Matrix = lazy(() => import('./matrix.tsx'));

const streams_max = 12;

// The flows, each a stream with its latest trail; beyond twelve a matrix of services and environments.
export function River({ flows, lake, since }: { flows: Flow[]; lake: Pool[]; since: Overview['since'] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  return (
    <section className={`${styles.half} ${styles.river}`} aria-label="River">
      <h2 className={styles.heading}>
        River{' '}
        <span>
          {flows.length > streams_max ? 'services and where they run' : 'flows and their latest trail'}
        </span>
      </h2>
      <div ref={ref}>
        {flows.length === 0 && (
          <Empty command={command('record ./program --flow FLOW --trail RUN --evidence "out/**"')}>
            No flow yet. A flow is how something is delivered; the first recorded build begins one.
          </Empty>
        )}
        {flows.length > streams_max ? (
          <Suspense fallback={null}>
            <Matrix flows={flows} lake={lake} />
          </Suspense>
        ) : (
          <div className={styles.streams}>
            {flows.map((flow) => (
              <FlowStream key={flow.name} flow={flow} width={width} />
            ))}
          </div>
        )}
      </div>
      <Since since={since} />
    </section>
  );
}

export function FlowStream({ flow, width }: { flow: Flow; width: number }) {
  const trail = flow.latest_trail;
  const to = trail
    ? `/flows/${encodeURIComponent(flow.name)}/trails/${encodeURIComponent(trail.name)}`
    : `/flows/${encodeURIComponent(flow.name)}`;
  return (
    <Link href={to} className={styles.stream}>
      <span className={styles.streamHead}>
        <span className={`${styles.flowName} cut`}>{flow.name}</span>
        {trail ? (
          <span className="quiet cut">
            {trail.name}
            {trail.commit && (
              <>
                {' '}
                · <code>{trail.commit.slice(0, 7)}</code>
              </>
            )}{' '}
            · <When at={trail.begun_at} />
          </span>
        ) : (
          <span className="quiet">no trail yet</span>
        )}
      </span>
      <span className="hidden">{told(trail)}</span>
      {width > 0 && <Stream beads={told_once(trail?.beads ?? [])} width={width} />}
    </Link>
  );
}
