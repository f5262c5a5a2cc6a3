import { memo, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import type { Tile } from '../../api/types.ts';
import { mark_class, mark_outline } from '../../parts/mark.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { looks } from '../../words/verdict.ts';
import styles from './overview.module.css';

const pitch = 14;

const named = (tile: Tile) => `${tile.name}${tile.count > 1 ? ` × ${tile.count}` : ''}: ${tile.verdict}`;

const to = (environment: string, tile: Tile) =>
  tile.verdict === 'missing' && tile.id.startsWith('missing-')
    ? `/environments/${encodeURIComponent(environment)}?view=deployments`
    : `/environments/${encodeURIComponent(environment)}?workload=${encodeURIComponent(tile.id)}`;

// Workloads as marks in rows. One tile is in the tab order; arrows walk, Enter opens, hover and focus name it.
export const Tiles = memo(function Tiles({ tiles, environment }: { tiles: Tile[]; environment: string }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [active, setActive] = useState(0);
  const [told, setTold] = useState<number | null>(null);
  const drawn = useRef<SVGSVGElement>(null);
  const [, go] = useLocation();
  const columns = Math.max(1, Math.floor(width / pitch));
  const height = Math.ceil(tiles.length / columns) * pitch;

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(tiles.length - 1, Math.max(0, active + step));
    setActive(next);
    drawn.current?.querySelectorAll('a')[next]?.focus();
  };
  const tile = told === null ? undefined : tiles[told];
  return (
    <div ref={ref} className={styles.tiles} onMouseLeave={() => setTold(null)}>
      {width > 0 && (
        <svg
          ref={drawn}
          width={width}
          height={height}
          role="group"
          aria-label={`${tiles.length} workloads in ${environment}`}
          onKeyDown={walk}>
          {tiles.map((each, index) => (
            <a
              key={each.id}
              href={to(environment, each)}
              tabIndex={index === Math.min(active, tiles.length - 1) ? 0 : -1}
              aria-label={named(each)}
              onClick={(event) => {
                event.preventDefault();
                go(to(environment, each));
              }}
              onMouseEnter={() => setTold(index)}
              onFocus={() => {
                setTold(index);
                setActive(index);
              }}
              onBlur={() => setTold(null)}>
              <path
                d={mark_outline(each.verdict)}
                className={mark_class(each.verdict)}
                transform={`translate(${(index % columns) * pitch + 1} ${Math.floor(index / columns) * pitch + 1}) scale(1.16)`}
              />
            </a>
          ))}
        </svg>
      )}
      {tile && told !== null && (
        <Tip
          tile={tile}
          x={(told % columns) * pitch}
          y={(Math.floor(told / columns) + 1) * pitch + 3}
          width={width}
        />
      )}
    </div>
  );
});

function Tip({ tile, x, y, width }: { tile: Tile; x: number; y: number; width: number }) {
  const left = x < width / 2;
  return (
    <div
      className={styles.tip}
      aria-hidden
      style={left ? { left: x, top: y } : { right: Math.max(0, width - x - pitch), top: y }}>
      {named(tile)} <span>({looks[tile.verdict]?.said ?? tile.verdict})</span>
    </div>
  );
}
