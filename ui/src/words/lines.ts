// The difference of two texts, line by line, as the shortest edit has it.
export interface DifferingLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  before?: number; // its number there, from 1
  after?: number;
}

const cells_max = 4_000_000; // beyond, the middle is told as removed and added whole

export function differing_lines(before: string, after: string): DifferingLine[] {
  const [a, b] = [lines_of(before), lines_of(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const middle = steps(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (text: string): Step => ({ kind: 'same', text });
  const all = [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
  let [left, right] = [0, 0];
  return all.map((step) => ({
    ...step,
    ...(step.kind !== 'added' && { before: ++left }),
    ...(step.kind !== 'removed' && { after: ++right }),
  }));
}

interface Step {
  kind: DifferingLine['kind'];
  text: string;
}

const lines_of = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');

// By the longest common subsequence.
function steps(a: string[], b: string[]): Step[] {
  const removed = (text: string): Step => ({ kind: 'removed', text });
  const added = (text: string): Step => ({ kind: 'added', text });
  if (a.length * b.length > cells_max || a.length === 0 || b.length === 0)
    return [...a.map(removed), ...b.map(added)];
  const wide = b.length + 1;
  const length = new Uint32Array((a.length + 1) * wide);
  const at = (i: number, j: number) => length[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      found.push({ kind: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) found.push(removed(a[i++] ?? ''));
    else found.push(added(b[j++] ?? ''));
  }
  return [...found, ...a.slice(i).map(removed), ...b.slice(j).map(added)];
}

// Runs of equal lines longer than twice `around` are folded to their ends.
export function folded(lines: DifferingLine[], around = 3): (DifferingLine | { kind: 'folded'; count: number })[] {
  const shown: (DifferingLine | { kind: 'folded'; count: number })[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && lines[to]?.kind === 'same') to++;
    const run = lines.slice(from, to);
    const [lead, trail] = [from === 0 ? 0 : around, to === lines.length ? 0 : around];
    if (run.length > lead + trail + 1)
      shown.push(
        ...run.slice(0, lead),
        { kind: 'folded', count: run.length - lead - trail },
        ...run.slice(run.length - trail),
      );
    else shown.push(...run);
    if (to < lines.length) shown.push(lines[to] as DifferingLine);
    from = to + 1;
  }
  return shown;
}
