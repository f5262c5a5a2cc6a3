// Days and weeks on the wall of a time zone, as moments. A day may have 23 or 25 hours.
const formats = new Map<string, Intl.DateTimeFormat>();

function format_of(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

// What a clock on the wall shows, as if it were UTC.
export function wall(at: number, zone: string): number {
  const part = Object.fromEntries(format_of(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(
    part['year'] ?? 1970,
    (part['month'] ?? 1) - 1,
    part['day'] ?? 1,
    part['hour'] ?? 0,
    part['minute'] ?? 0,
    part['second'] ?? 0,
  );
}

// The moment at which the wall shows `local`; where it never does, the one an hour's shift later.
export function moment_at(local: number, zone: string): number {
  const guess = local - (wall(local, zone) - local);
  return local - (wall(guess, zone) - guess);
}

const day_ms = 86_400_000;

// Midnights of the week that holds `at`, Monday first, and the one that ends it.
export function week_of(at: number, zone: string): number[] {
  const today = Math.floor(wall(at, zone) / day_ms);
  const monday = today - ((today + 3) % 7);
  return Array.from({ length: 8 }, (_, day) => moment_at((monday + day) * day_ms, zone));
}

export const weeks_on = (at: number, zone: string, weeks: number) =>
  week_of(moment_at(wall(at, zone) + weeks * 7 * day_ms, zone), zone);

// ISO 8601: the week with the year's first Thursday is the first.
export function week_number(monday: number, zone: string): number {
  const thursday = new Date(wall(monday, zone) + 3 * day_ms);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday.getTime() - first) / (7 * day_ms));
}

export const clock = (at: number, zone: string) =>
  new Date(wall(at, zone)).toISOString().slice(11, 16);
export const day_name = (at: number, zone: string) =>
  new Date(wall(at, zone)).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });
export const date_name = (at: number, zone: string) =>
  new Date(wall(at, zone)).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
