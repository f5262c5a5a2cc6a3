import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconMenu2, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { leave } from '../api/session.ts';
import { useMe } from '../api/queries.ts';
import { head_of } from '../parts/siblings.tsx';
import { Keys } from './keys.tsx';
import { Logo } from './logo.tsx';
import { Search } from './search.tsx';
import styles from './shell.module.css';

const places = [
  ['/', 'Overview'],
  ['/environments', 'Environments'],
  ['/flows', 'Flows'],
  ['/artifacts', 'Artifacts'],
  ['/approvals', 'Approvals'],
  ['/policies', 'Policies'],
  ['/vulnerabilities', 'Vulnerabilities'],
  ['/alerts', 'Alerts'],
  ['/ledger', 'Ledger'],
] as const;

const is_here = (path: string, place: string) =>
  place === '/'
    ? path === '/'
    : (head_of(path) ?? path).startsWith(place) || (place === '/alerts' && path.startsWith('/incidents'));

export function Header({ open, asked }: { open: number; asked: number }) {
  const [path] = useLocation();
  const [unfolded, setUnfolded] = useState(false);
  const here =
    places.find(([place]) => is_here(path, place))?.[1] ?? ((head_of(path) ?? path) === '/settings' ? 'Settings' : '');
  return (
    <header className={styles.header}>
      <ActionIcon
        className={styles.burger}
        variant="subtle"
        color="gray"
        aria-label="Places"
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}>
        {unfolded ? <IconX size={18} /> : <IconMenu2 size={18} />}
      </ActionIcon>
      <Link href="/" className={styles.brand} aria-label="Weir, overview">
        <Logo />
        <span>Weir</span>
      </Link>
      {here && (
        <span className={`${styles.item} ${styles.here}`} aria-hidden>
          {here}
        </span>
      )}
      <nav className={`${styles.nav} ${unfolded ? styles.open : ''}`} aria-label="Places">
        {places.map(([place, name]) => (
          <Link
            key={place}
            href={place}
            className={styles.item}
            aria-current={is_here(path, place) ? 'page' : undefined}
            onClick={() => setUnfolded(false)}>
            {name}
            {place === '/alerts' && <Badge count={open} word="open" tone={styles.loud} />}
            {place === '/approvals' && <Badge count={asked} word="asked for" />}
          </Link>
        ))}
      </nav>
      <div className={styles.tools}>
        <Search />
        <Keys />
        <Person />
      </div>
    </header>
  );
}

function Badge({ count, word, tone = '' }: { count: number; word: string; tone?: string | undefined }) {
  if (count === 0) return null;
  return (
    <span className={`${styles.badge} ${tone}`}>
      {count > 999 ? '999+' : count}
      <span className="hidden"> {word}</span>
    </span>
  );
}

function Person() {
  const me = useMe();
  const [, go] = useLocation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const schemes = [
    ['auto', 'As the system'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const;
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <button
          type="button"
          className={`${styles.item} ${styles.plainButton}`}
          aria-label={`${me.data?.name ?? 'You'}: menu`}>
          <span className={styles.name}>{me.data?.name ?? '…'}</span>{' '}
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.data ? `${me.data.roles.join(', ')} in ${me.data.organization}` : ''}</Menu.Label>
        <Menu.Item onClick={() => go('/settings')}>Settings</Menu.Item>
        <Menu.Item onClick={() => go('/wall')}>Wall</Menu.Item>
        <Menu.Divider />
        {schemes.map(([scheme, name]) => (
          <Menu.Item
            key={scheme}
            aria-checked={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={colorScheme === scheme ? '✓' : null}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => leave()}>Sign out</Menu.Item>
        <Menu.Label>Weir {me.data?.server.version}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
