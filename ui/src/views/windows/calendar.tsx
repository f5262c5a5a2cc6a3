import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useCalendar } from '../../api/queries-decide.ts';
import type { Freeze, Opening, Window } from '../../api/types.ts';
import { Loaded } from '../../parts/view.tsx';
import { useNow } from '../../parts/use-now.ts';
import { useWidth } from '../../parts/use-width.ts';
import { clock, date_name, day_name, week_number, weeks_on } from '../../words/calendar.ts';
import { moment, zone as own_zone } from '../../words/time.ts';
import { selected_words } from './words.ts';
import styles from './windows.module.css';

interface CalendarProps {
  windows: Window[];
  freezes: Freeze[];
  week: number; // from this one
  zone: string;
  set: (values: Record<string, string>) => void;
}

const kind_words = { allow: 'open: an allow window', deny: 'shut: a deny window', freeze: 'frozen' };
const iso = (at: number | undefined) => new Date(at ?? 0).toISOString();

// A week of all windows: a band where each is open, and freezes across; in one named time zone.
export function Calendar({ windows, freezes, week, zone, set }: CalendarProps) {
  const now = useNow(60_000) + 60_000;
  const days = weeks_on(now, zone, week);
  const read = useCalendar(iso(days[0]), iso(days[7]));
  const zones = [...new Set([own_zone, 'UTC', ...windows.map((each) => each.timezone || 'UTC')])];
  return (
    <>
      <div className={styles.bar}>
        <ActionIcon variant="default" aria-label="A week earlier" onClick={() => set({ week: String(week - 1) })}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <strong aria-live="polite">
          Week {week_number(days[0] ?? 0, zone)}: {date_name(days[0] ?? 0, zone)} – {date_name(days[6] ?? 0, zone)}
        </strong>
        <ActionIcon variant="default" aria-label="A week later" onClick={() => set({ week: String(week + 1) })}>
          <IconChevronRight size={16} />
        </ActionIcon>
        {week !== 0 && (
          <Button size="compact-sm" variant="default" onClick={() => set({ week: '' })}>
            This week
          </Button>
        )}
        <NativeSelect
          className="push"
          size="xs"
          aria-label="Time zone of the calendar"
          data={zones.map((each) => ({ value: each, label: `Times in ${each}` }))}
          value={zone}
          onChange={(event) => set({ zone: event.currentTarget.value === own_zone ? '' : event.currentTarget.value })}
        />
      </div>
      <Loaded read={read}>
        {(calendar) => (
          <Week
            days={days}
            zone={zone}
            now={now}
            rows={[
              ...freezes_in(freezes, days).map(
                ([environment, openings]): Row => ({
                  name: `freeze of ${environment}`,
                  note: '',
                  kind: 'freeze',
                  openings,
                }),
              ),
              ...calendar.windows.map((each) => {
                const window = windows.find((one) => one.name === each.name);
                return {
                  name: each.name,
                  note: window ? `${window.timezone || 'UTC'} · ${selected_words(window.selector)}` : '',
                  kind: each.kind,
                  openings: each.openings,
                };
              }),
            ]}
          />
        )}
      </Loaded>
      <p className={styles.legend}>
        {(['allow', 'deny', 'freeze'] as const).map((kind) => (
          <span key={kind}>
            <i className={styles[kind]} /> {kind_words[kind]}
          </span>
        ))}
      </p>
    </>
  );
}

interface Row {
  name: string;
  note: string;
  kind: Window['kind'];
  openings: Opening[];
}

// Freezes that touch the week, by environment.
function freezes_in(freezes: Freeze[], days: number[]): [string, Opening[]][] {
  const touching = freezes
    .map((each) => ({ environment: each.environment, from: each.from, until: each.ended_at ?? each.until }))
    .filter((each) => moment(each.from) < (days[7] ?? 0) && moment(each.until) > (days[0] ?? 0));
  const names = [...new Set(touching.map((each) => each.environment))].sort();
  return names.map((name) => [name, touching.filter((each) => each.environment === name)]);
}

const row_height = 30;
const head_height = 30;

function Week({ days, zone, now, rows }: { days: number[]; zone: string; now: number; rows: Row[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const step = width / 7;
  const [first, last] = [days[0] ?? 0, days[7] ?? 0];
  const x = (at: number) => {
    const day = Math.max(0, Math.min(6, days.findLastIndex((midnight) => midnight <= at)));
    const [from, to] = [days[day] ?? 0, days[day + 1] ?? 0];
    return Math.max(0, Math.min(width, step * (day + (at - from) / (to - from))));
  };
  return (
    <div className={styles.week}>
      <div className={styles.names} aria-hidden>
        <div className={styles.corner} />
        {rows.map((row) => (
          <div key={row.name} className={styles.name} title={`${row.name}: ${row.note}`}>
            <strong>{row.name}</strong>
            <span className="quiet">{row.note}</span>
          </div>
        ))}
      </div>
      <div ref={ref} className={styles.field}>
        {width > 0 && (
          <svg
            width={width}
            height={head_height + rows.length * row_height}
            role="img"
            aria-label={rows.map((row) => told(row, zone)).join('. ') || 'No window'}>
            <defs>
              <pattern id="frozen" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="7" height="7" className={styles.frozenGround} />
                <rect width="3" height="7" className={styles.frozenLine} />
              </pattern>
            </defs>
            {days.slice(0, 7).map((midnight, day) => (
              <g key={midnight}>
                <rect
                  x={day * step}
                  width={step}
                  y={0}
                  height={head_height + rows.length * row_height}
                  className={day > 4 ? styles.weekend : styles.day}
                />
                <text x={day * step + (step > 44 ? 6 : 3)} y={19} className={styles.dayName}>
                  {day_name(midnight, zone).slice(0, step > 44 ? 3 : 2)} <tspan className={styles.date}>{step > 80 ? date_name(midnight, zone) : ''}</tspan>
                </text>
              </g>
            ))}
            {rows.map((row, index) => (
              <g key={row.name} transform={`translate(0 ${head_height + index * row_height})`}>
                <line x1={0} x2={width} y1={0} y2={0} className={styles.rule} />
                {row.openings.map((each) => {
                  const [from, to] = [Math.max(first, moment(each.from)), Math.min(last, moment(each.until))];
                  return (
                    <rect
                      key={each.from}
                      x={x(from)}
                      width={Math.max(2, x(to) - x(from))}
                      y={7}
                      height={row_height - 13}
                      rx={4}
                      className={styles[row.kind]}>
                      <title>{`${row.name}: ${span_words(each, zone)}`}</title>
                    </rect>
                  );
                })}
              </g>
            ))}
            {now >= first && now < last && (
              <g>
                <line
                  x1={x(now)}
                  x2={x(now)}
                  y1={22}
                  y2={head_height + rows.length * row_height}
                  className={styles.now}
                />
                <circle cx={x(now)} cy={24} r={3} className={styles.nowDot} />
              </g>
            )}
          </svg>
        )}
      </div>
    </div>
  );
}

const span_words = (opening: Opening, zone: string) => {
  const [from, until] = [moment(opening.from), moment(opening.until)];
  return `${day_name(from, zone)} ${clock(from, zone)} to ${day_name(until, zone)} ${clock(until, zone)}`;
};

const told = (row: Row, zone: string) =>
  `${row.name} (${row.kind}): ${row.openings.map((each) => span_words(each, zone)).join(', ') || 'not this week'}`;
