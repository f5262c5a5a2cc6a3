import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import { useDeliveries } from '../../api/queries.ts';
import type { Delivery } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { When } from '../../parts/when.tsx';
import { counted } from '../../words/text.ts';
import styles from './settings.module.css';

const shown_max = 50;

function Retry({ delivery }: { delivery: Delivery }) {
  const retry = useAct<void>({
    path: () => `deliveries/${encodeURIComponent(delivery.id)}/retry`,
    body: () => ({}),
    done: () => 'It will be tried again now',
  });
  return (
    <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
      Retry
    </Button>
  );
}

const tone = (state: Delivery['state']) =>
  state === 'dead' ? ('red' as const) : state === 'pending' ? ('amber' as const) : ('quiet' as const);

// What was delivered, what waits, and what was given up on; the troubled ones first.
export function Deliveries() {
  const read = useDeliveries('');
  const all = [...(read.data?.deliveries ?? [])].sort(
    (a, b) => Number(a.state === 'delivered') - Number(b.state === 'delivered'),
  );
  if (all.length === 0) return null;
  return (
    <details className={styles.deliveries} open={all[0]?.state === 'dead'}>
      <summary>
        {counted(all.length, 'delivery', 'deliveries')}, {all.filter((each) => each.state === 'dead').length}{' '}
        given up
      </summary>
      <ul className="plain">
        {all.slice(0, shown_max).map((each) => (
          <li key={each.id} className="row">
            <Pill tone={tone(each.state)}>{each.state}</Pill>
            <span>{each.channel}</span>
            <Link href={`/alerts/${encodeURIComponent(each.alert)}`}>alert</Link>
            <span className="quiet">
              {counted(each.attempts, 'attempt')}
              {each.last_status ? `, answered ${each.last_status}` : ''}
              {each.last_error ? `, ${each.last_error}` : ''}
            </span>
            {each.next_at && (
              <span className="quiet">
                next <When at={each.next_at} />
              </span>
            )}
            {each.state !== 'delivered' && <Retry delivery={each} />}
          </li>
        ))}
      </ul>
    </details>
  );
}
