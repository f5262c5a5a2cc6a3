// Times are told relative to now, with the exact UTC time on hover; the browser's zone is named.
const units: [number, string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export const moment = (time: string | null | undefined): number => (time ? Date.parse(time) : NaN);

export function duration(ms: number): string {
  const span = Math.max(0, ms);
  for (const [size, name] of units) {
    if (span < size) continue;
    const count = Math.floor(span / size);
    return name === 'day' ? `${count} ${count === 1 ? 'day' : 'days'}` : `${count} ${name}`;
  }
  return '0 s';
}

export function ago(time: string | null | undefined, now: number): string {
  const at = moment(time);
  if (Number.isNaN(at)) return 'never';
  const past = now - at;
  if (past < -1000) return `in ${duration(-past)}`;
  return past < 1000 ? 'just now' : `${duration(past)} ago`;
}

// The end of something: "ends in 3 h", "ended 2 days ago".
export function ends(time: string | null | undefined, now: number): string {
  return `${moment(time) > now ? 'ends' : 'ended'} ${ago(time, now)}`;
}

// The beginning of something: "begins in 3 h", "began 2 days ago".
export function begins(time: string | null | undefined, now: number): string {
  return `${moment(time) > now ? 'begins' : 'began'} ${ago(time, now)}`;
}

// How long something has lasted that began then: "for 50 s".
export function lasting(time: string | null | undefined, now: number): string {
  return Number.isNaN(moment(time)) ? '' : `for ${duration(now - moment(time))}`;
}

export function utc(time: string | null | undefined): string {
  if (!time || Number.isNaN(moment(time))) return '';
  return time.replace('T', ' ').replace('Z', ' UTC');
}

export function local(time: string | null | undefined): string {
  const at = moment(time);
  return Number.isNaN(at) ? '' : `${new Date(at).toLocaleString()} ${zone}`;
}

const spans: Record<string, number> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

// "90s", "5m", "1h", "2d", "1w" in milliseconds.
export function span_of(words: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(s|min|m|h|d|w)$/.exec(words.trim());
  return found ? Number(found[1]) * (spans[found[2] ?? ''] ?? NaN) : null;
}

// A time as a person types it into a form ("30d", "2026-12-24", "2026-12-24T10:00Z") as RFC 3339, or null.
export function time_of(words: string, now: number): string | null {
  const span = span_of(words);
  const at = span === null ? Date.parse(words) : now + span;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
