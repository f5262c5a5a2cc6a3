import { Link, useLocation } from 'wouter';
import styles from './siblings.module.css';

const families = [
  [
    ['/policies', 'Policies'],
    ['/decisions', 'Decisions'],
    ['/windows', 'Windows'],
  ],
  [
    ['/approvals', 'Approvals'],
    ['/exceptions', 'Exceptions'],
  ],
  [
    ['/vulnerabilities', 'Vulnerabilities'],
    ['/where', 'Where it runs'],
    ['/components', 'Components'],
    ['/campaigns', 'Campaigns'],
    ['/impact', 'Scans and APIs'],
    ['/advisories', 'Own advisories'],
  ],
  [
    ['/settings', 'Settings'],
    ['/integrations', 'Integrations'],
  ],
] as const;

const begins = (path: string, place: string) => path === place || path.startsWith(place + '/');

// The place of the header that an address belongs to.
export const head_of = (path: string): string | undefined =>
  path.startsWith('/approval-requests/')
    ? '/approvals'
    : families.find((family) => family.some(([place]) => begins(path, place)))?.[0][0];

// The views that share a place in the header, each one click away.
export function Siblings() {
  const [path] = useLocation();
  const head = head_of(path);
  const family = families.find((each) => each[0][0] === head);
  if (!family) return null;
  return (
    <nav className={`${styles.siblings} noprint`} aria-label={family[0][1]}>
      {family.map(([place, name]) => (
        <Link
          key={place}
          href={place}
          className={styles.sibling}
          aria-current={
            begins(path, place) || (place === '/approvals' && path.startsWith('/approval-requests/')) ? 'page' : undefined
          }>
          {name}
        </Link>
      ))}
    </nav>
  );
}
