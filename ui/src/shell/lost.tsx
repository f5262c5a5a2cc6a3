import { useSyncExternalStore } from 'react';
import { connection_now, on_connection } from '../api/live.ts';
import { useNow } from '../parts/use-now.ts';
import { duration } from '../words/time.ts';
import styles from './shell.module.css';

// Says that what is shown may be old, and since when. It goes away by itself.
export function Lost() {
  const connection = useSyncExternalStore(on_connection, connection_now);
  const now = useNow(connection.state === 'lost' ? 1000 : Infinity);
  if (connection.state !== 'lost' || now - connection.since < 2500) return null;
  const at = new Date(connection.since).toISOString().slice(11, 19);
  return (
    <div className={styles.lost} role="status">
      <span>Connection lost since {at} UTC. What you see is as of then</span>
      <span aria-hidden> ({duration(now - connection.since)})</span>
      <span>; trying again.</span>
    </div>
  );
}
