// The number of open alerts in the title and in the favicon, so that a background tab tells; and where it is.
import { useEffect } from 'react';
import type { Overview } from '../api/types.ts';
import { short_digest } from '../words/text.ts';

// "prod · environments · Weir": the narrowest first, for tabs show the beginning.
export function title_of(path: string): string {
  const places = path.split('/').filter(Boolean).map(decodeURIComponent);
  return [...places.map((place) => (place.startsWith('sha256:') ? short_digest(place) : place)).reverse(), 'Weir'].join(
    ' · ',
  );
}

export function open_alerts(overview: Overview | undefined): number {
  if (!overview) return 0;
  return (
    overview.counts?.['alerts_open'] ?? overview.lake.reduce((sum, pool) => sum + (pool.alerts_open ?? 0), 0)
  );
}

function icon(open: number): string {
  const badge =
    open === 0
      ? ''
      : `<circle cx="17" cy="7" r="7" fill="#c62f2f"/><text x="17" y="10.5" font-family="sans-serif" font-weight="700"` +
        ` font-size="10" text-anchor="middle" fill="#fff">${open > 9 ? '9+' : open}</text>`;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke-linecap="round" stroke-width="2.2">' +
    '<path d="M2 9c2-2.6 4.4-2.6 6.4 0M15.6 9c2-2.6 4.4-2.6 6.4 0M2 17c2-2.6 4.4-2.6 6.4 0M15.6 17c2-2.6 4.4-2.6 6.4 0" stroke="#2a7fb8"/>' +
    `<path d="M12 5v14" stroke="#5f6f7c"/>${badge}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function useTitle(path: string, open: number) {
  useEffect(() => {
    document.title = open ? `(${open}) ${title_of(path)}` : title_of(path);
    const link = document.getElementById('favicon') as HTMLLinkElement | null;
    if (link) link.href = open ? icon(open) : '/weir.svg';
  }, [path, open]);
}
