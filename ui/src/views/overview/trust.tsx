import { Link } from 'wouter';
import type { Trust } from '../../api/types.ts';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { counted, number } from '../../words/text.ts';
import styles from './overview.module.css';

// What this view rests on. Never green: where the page is blind it says so.
export function TrustStrip({ trust, per_minute }: { trust: Trust; per_minute: number[] }) {
  const last = trust.ledger.size > 0 ? trust.ledger.size - 1 : null;
  return (
    <section className={`${styles.trust} ${trust.blind.length ? styles.blind : ''}`} aria-label="Trust">
      <span className="strong">Trust</span>
      <Link href="/environments" className={trust.hosts_reporting < trust.hosts ? 'amber' : ''}>
        {number(trust.hosts_reporting)} of {counted(trust.hosts, 'host')} reporting
      </Link>
      <span className={trust.events_lost ? 'amber' : 'quiet'}>
        {counted(trust.events_lost, 'event')} lost
      </span>
      <span className="quiet">{counted(trust.scopes_excluded, 'scope')} excluded</span>
      <Channels channels={trust.channels} />
      <span>
        <Link href="/ledger">Ledger</Link> <code>{number(trust.ledger.size)} entries</code>
      </span>
      <span className="quiet">
        checkpoint{' '}
        <strong>
          <When at={trust.ledger.checkpoint_at} />
        </strong>
      </span>
      {trust.ledger.damage ? (
        <span className="red wrap">damaged: {trust.ledger.damage}</span>
      ) : (
        <span className="quiet">
          checked by the server <When at={trust.ledger.checked_at} />
        </span>
      )}
      {last !== null && <Seal entry={last} words auto />}
      <Blind spots={trust.blind} />
      <Spark per_minute={per_minute} />
    </section>
  );
}

const spots_max = 2;

// What nobody watches; the first of it in words, all of it where each reporter tells.
function Blind({ spots }: { spots: string[] }) {
  const more = spots.length - spots_max;
  return (
    <>
      {spots.slice(0, spots_max).map((words) => (
        <span key={words} className="amber">
          blind: {words}
        </span>
      ))}
      {more > 0 && (
        <Link href="/environments" className="amber" title={spots.slice(spots_max).join('\n')}>
          and {counted(more, 'more blind spot')}
        </Link>
      )}
    </>
  );
}

function Channels({ channels }: { channels: Trust['channels'] }) {
  if (channels.length === 0)
    return (
      <Link href="/settings" className="quiet">
        no channel delivers alerts
      </Link>
    );
  return channels.map((channel) => {
    const last =
      typeof channel.last_delivery === 'string' ? channel.last_delivery : channel.last_delivery?.at;
    return (
      <span key={channel.name} className="quiet">
        {channel.name}:{' '}
        {last ? (
          <>
            delivered <When at={last} />
          </>
        ) : (
          'nothing delivered yet'
        )}
      </span>
    );
  });
}

function Spark({ per_minute }: { per_minute: number[] }) {
  const most = Math.max(1, ...per_minute);
  const total = per_minute.reduce((sum, count) => sum + count, 0);
  return (
    <span className={styles.spark}>
      <svg
        width={per_minute.length * 4}
        height={22}
        role="img"
        aria-label={`${total} entries in the last hour`}>
        {per_minute.map((count, index) => {
          const height = count === 0 ? 1 : Math.max(2, Math.round((count / most) * 22));
          return <rect key={index} x={index * 4} y={22 - height} width={3} height={height} />;
        })}
      </svg>
      <span>entries per minute, last hour</span>
    </span>
  );
}
