import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { useLocation } from 'wouter';
import { follow } from '../api/live.ts';
import { useOverview } from '../api/queries.ts';
import { Notices } from '../parts/notice.tsx';
import { Siblings } from '../parts/siblings.tsx';
import { plain } from '../words/text.ts';
import { Boundary } from './boundary.tsx';
import { Header } from './header.tsx';
import { Lost } from './lost.tsx';
import { Routes } from './routes.tsx';
import styles from './shell.module.css';
import { open_alerts, useTitle } from './open-count.ts';

// The frame around every view: header, connection, the view, and what is said aloud.
export function Shell() {
  const client = useQueryClient();
  const overview = useOverview();
  const [path] = useLocation();
  const wall = path === '/wall';
  const open = open_alerts(overview.data);
  const asked = overview.data?.needs.filter((need) => need.kind === 'request').length ?? 0;
  useEffect(() => follow(client), [client]);
  useTitle(path, open);
  return (
    <div className={wall ? styles.wall : styles.shell}>
      <a href="#view" className="skip">
        Skip to the view
      </a>
      {!wall && <Header open={open} asked={asked} />}
      <Lost />
      <main id="view" className={styles.view} tabIndex={-1}>
        <Siblings />
        <Boundary key={path}>
          <Suspense fallback={<div className={styles.waiting} aria-busy="true" />}>
            <Routes />
          </Suspense>
        </Boundary>
      </main>
      <Notices />
      <div className="hidden" aria-live="polite" role="status">
        {overview.data ? plain(overview.data.sentence) : ''}
      </div>
    </div>
  );
}
