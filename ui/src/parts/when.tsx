import { ago, begins, ends, lasting, local, utc } from '../words/time.ts';
import { useWords } from './use-now.ts';

interface TimeProps {
  at: string | null | undefined;
  words: (at: string | null | undefined, now: number) => string;
}

function Time({ at, words }: TimeProps) {
  const said = useWords((now) => words(at, now));
  return (
    <time dateTime={at ?? ''} title={`${utc(at)}\n${local(at)}`}>
      {said}
    </time>
  );
}

// A time, relative, with the exact UTC time (and the browser's own) on hover.
export function When({ at, fallback = 'never' }: { at?: string | null | undefined; fallback?: string }) {
  return at ? <Time at={at} words={ago} /> : <span className="quiet">{fallback}</span>;
}

// The end of something: "ends in 3 h", "ended 2 days ago".
export const Ends = ({ at }: { at: string }) => <Time at={at} words={ends} />;

// Its beginning: "begins in 3 h", "began 2 days ago".
export const Begins = ({ at }: { at: string }) => <Time at={at} words={begins} />;

// How long something has lasted: "for 50 s".
export const Lasting = ({ since }: { since: string }) => <Time at={since} words={lasting} />;
