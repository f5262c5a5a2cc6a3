import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { useSearch } from '../api/queries.ts';
import type { Hit } from '../api/types.ts';
import { inside } from '../parts/sentence.tsx';
import { is_typing } from './typing.ts';
import styles from './shell.module.css';

// Digest, name, commit, environment, actor: one box finds all. `/` goes there, arrows choose, Enter opens.
export function Search() {
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);
  const narrow = useMediaQuery('(max-width: 700px)');
  const asked = words.trim(); // each letter asks at once; an answer that came too late is dropped
  const found = useSearch(asked);
  const [, go] = useLocation();
  const box = useRef<HTMLInputElement>(null);
  const hits = asked.length > 1 ? (found.data?.hits ?? []) : [];
  const [awaited, setAwaited] = useState(false); // Enter came before the answer
  useEffect(() => {
    if (!awaited || found.isFetching) return;
    setAwaited(false);
    visit(hits[0]);
  }, [awaited, found.isFetching]);

  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || is_typing(event)) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);

  const visit = (hit: Hit | undefined) => {
    if (!hit) return;
    setOpen(false);
    setWords('');
    box.current?.blur();
    go(inside(hit.link));
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      setOpen(false);
      box.current?.blur();
    }
    const early = found.isFetching && (found.isPlaceholderData || !found.data);
    if (event.key === 'Enter' && early) setAwaited(true);
    else if (event.key === 'Enter') visit(hits[chosen]);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step || hits.length === 0) return;
    event.preventDefault();
    setChosen((chosen + step + hits.length) % hits.length);
  };
  const shown = open && asked.length > 1;
  return (
    <div className={styles.search} role="search">
      <input
        ref={box}
        className={styles.box}
        value={words}
        placeholder={narrow ? 'Search' : 'Search digest, CVE, name…'}
        role="combobox"
        aria-label="Search"
        aria-expanded={shown}
        aria-controls="hits"
        aria-autocomplete="list"
        autoComplete="off"
        aria-activedescendant={shown && hits[chosen] ? `hit-${chosen}` : undefined}
        spellCheck={false}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setChosen(0);
          setAwaited(false);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={press}
      />
      {!words && (
        <span className={styles.slash} aria-hidden>
          /
        </span>
      )}
      <ul
        id="hits"
        role="listbox"
        aria-label="Found"
        aria-busy={found.isPlaceholderData}
        className={`${styles.hits} ${found.isPlaceholderData ? styles.earlier : ''}`}
        hidden={!shown}>
        {hits.map((hit, index) => (
          <HitRow key={hit.link + index} hit={hit} index={index} chosen={index === chosen} visit={visit} />
        ))}
        {hits.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled className={styles.hit}>
            {found.isFetching
              ? 'Searching…'
              : found.isError
                ? 'The search failed.'
                : 'Nothing is named like this.'}
          </li>
        )}
      </ul>
    </div>
  );
}

interface HitProps {
  hit: Hit;
  index: number;
  chosen: boolean;
  visit: (hit: Hit) => void;
}

function HitRow({ hit, index, chosen, visit }: HitProps) {
  return (
    <li
      id={`hit-${index}`}
      role="option"
      aria-selected={chosen}
      className={styles.hit}
      onMouseDown={(event) => {
        event.preventDefault();
        visit(hit);
      }}>
      <span className={styles.hitKind}>{hit.kind}</span>
      <span className={styles.hitTitle}>{hit.title}</span>
      <span className={styles.hitDetail}>{hit.detail}</span>
    </li>
  );
}
