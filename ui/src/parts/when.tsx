import { ago, local, utc } from '../words/time.ts';
import { useWords } from './use-now.ts';

// A time, relative, with the exact UTC time (and the browser's own) on hover.
export function When({ at, fallback = 'never' }: { at?: string | null | undefined; fallback?: string }) {
  const words = useWords((now) => ago(at, now));
  if (!at) return <span className="quiet">{fallback}</span>;
  return (
    <time dateTime={at} title={`${utc(at)}\n${local(at)}`}>
      {words}
    </time>
  );
}
