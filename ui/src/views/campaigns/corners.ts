// The geometry of a burn-down: a step for each change.
import type { BurnPoint } from '../../api/types.ts';
import { moment } from '../../words/time.ts';

export const [height, top, left, bottom] = [180, 12, 34, 24];

// The corners of the steps, in the picture's units.
export function corners(points: BurnPoint[], due: string | null, width: number) {
  const [first, last] = [moment(points[0]?.at), moment(points.at(-1)?.at)];
  const until = due ? Math.max(last, moment(due)) : last;
  const span = Math.max(1, until - first);
  const highest = Math.max(1, ...points.map((point) => point.running));
  const x = (time: number) => left + ((time - first) / span) * (width - left - 8);
  const y = (running: number) => top + (1 - running / highest) * (height - top - bottom);
  const steps = points.flatMap((point, index) => {
    const before = points[index - 1];
    const at = x(moment(point.at));
    return before ? [[at, y(before.running)] as const, [at, y(point.running)] as const] : [[at, y(point.running)] as const];
  });
  return { steps, highest, base: y(0), x };
}
