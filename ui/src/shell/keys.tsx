import { Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { is_typing } from './typing.ts';
import styles from './shell.module.css';

const places: Record<string, [string, string]> = {
  o: ['/', 'Overview'],
  e: ['/environments', 'Environments'],
  f: ['/flows', 'Flows'],
  r: ['/artifacts', 'Artifacts'],
  p: ['/approvals', 'Approvals'],
  i: ['/policies', 'Policies'],
  v: ['/vulnerabilities', 'Vulnerabilities'],
  d: ['/decisions', 'Decisions'],
  n: ['/windows', 'Windows'],
  x: ['/exceptions', 'Exceptions'],
  a: ['/alerts', 'Alerts'],
  l: ['/ledger', 'Ledger'],
  s: ['/settings', 'Settings'],
  w: ['/wall', 'Wall'],
};

// `?` lists the keys; `g` and a letter go to a place.
export function Keys() {
  const [open, setOpen] = useState(false);
  const [, go] = useLocation();
  const leading = useRef(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (is_typing(event)) return;
      const place = leading.current ? places[event.key] : undefined;
      leading.current = event.key === 'g';
      if (place) go(place[0]);
      if (event.key === '?') setOpen(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [go]);
  return (
    <Modal
      opened={open}
      onClose={() => setOpen(false)}
      title="Keys"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={styles.keys}>
        <dt>/</dt>
        <dd>Search</dd>
        <dt>?</dt>
        <dd>This list</dd>
        {Object.entries(places).map(([key, [, name]]) => [
          <dt key={key}>g {key}</dt>,
          <dd key={name}>{name}</dd>,
        ])}
        <dt>← ↑ ↓ →</dt>
        <dd>Walk over the tiles of a pool</dd>
        <dt>Enter</dt>
        <dd>Open what has the focus</dd>
        <dt>Esc</dt>
        <dd>Close; leave the wall</dd>
      </dl>
    </Modal>
  );
}
