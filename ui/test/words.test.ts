// The small words of the page: filters, times, events, tables, forecasts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, Workload } from '../src/api/types.ts';
import { summary_of } from '../src/words/evidence.ts';
import { title_of } from '../src/shell/open-count.ts';
import { matches, parse } from '../src/words/filter.ts';
import { ago, duration, span_of, time_of } from '../src/words/time.ts';
import { short_digest } from '../src/words/text.ts';
import { is_exceptional, looks, marks } from '../src/words/verdict.ts';

interface Row {
  verdict: string;
  name: string;
  at: number;
}

const now = 10 * 3_600_000;
const by = {
  fields: [
    { name: 'verdict', text: (row: Row) => row.verdict },
    { name: 'name', text: (row: Row) => row.name },
  ],
  time: (row: Row) => row.at,
};
const rows: Row[] = [
  { verdict: 'unknown', name: '/usr/bin/api server', at: now - 60_000 },
  { verdict: 'approved', name: 'api', at: now - 7_200_000 },
  { verdict: 'unknown', name: 'db sha256:abc', at: now - 30_000 },
];

for (const [words, expected] of [
  ['', [0, 1, 2]],
  ['verdict:unknown', [0, 2]],
  ['verdict:unknown name:api', [0]],
  ['since:1h', [0, 2]],
  ['since:3h api', [0, 1]],
  ['-verdict:unknown', [1]],
  ['"api server"', [0]],
  ['sha256:abc', [2]],
  ['name:"api server"', [0]],
  ['VERDICT', []],
  ['Api', [0, 1]],
  ['since:soon', [0, 1, 2]],
] as [string, number[]][]) {
  test(`the filter "${words}" keeps rows ${expected.join(', ') || 'none'}`, () => {
    const terms = parse(words, ['verdict', 'name']);
    assert.deepEqual(
      rows.flatMap((row, index) => (matches(row, terms, by, now) ? [index] : [])),
      expected,
    );
  });
}

test('times are told in the largest whole unit', () => {
  assert.deepEqual([0, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000, 172_800_000].map(duration), [
    '0 s',
    '0 s',
    '1 s',
    '59 s',
    '1 min',
    '1 h',
    '1 day',
    '2 days',
  ]);
  assert.equal(ago(new Date(5000).toISOString(), 65_000), '1 min ago');
  assert.equal(ago(new Date(65_000).toISOString(), 5000), 'in 1 min');
  assert.equal(ago(null, 0), 'never');
});

test('a form takes a span or a date, and nothing else', () => {
  assert.equal(span_of('90d'), 90 * 86_400_000);
  assert.equal(span_of('5 apples'), null);
  assert.equal(time_of('1h', 0), '1970-01-01T01:00:00.000Z');
  assert.equal(time_of('2026-12-24', 0), '2026-12-24T00:00:00.000Z');
  assert.equal(time_of('soon', 0), null);
});

test('evidence is told by what it found, not by what the file is', () => {
  const cases: [Record<string, unknown>, string][] = [
    [
      { format: 'junit', total: 1204, passed: 1204, failed: 0, skipped: 2, duration_us: 9, suites: 3 },
      '1,204 passed, 0 failed, 2 skipped',
    ],
    [
      { format: 'cyclonedx', spec_version: '1.5', serial: '', components: 2, with_purl: 1 },
      '2 components, 1 with purl',
    ],
    [
      { format: 'sarif', tools: [{ name: 'x' }], results: 3, by_level: { error: 1, warning: 2 } },
      '3 results, 1 error, 2 warning',
    ],
    [
      { format: 'review', change: '812', reviewers: ['omar', 'ji-woo'], stale: false, four_eyes: true },
      'change 812, reviewers omar and ji-woo, not stale, four eyes',
    ],
    [{ failures: [{ suite: 'a' }, { suite: 'b' }] }, '2 failures'],
    [{}, ''],
  ];
  for (const [summary, words] of cases) assert.equal(summary_of(summary), words);
});

test('a tab says where it is, the narrowest first', () => {
  assert.equal(title_of('/'), 'Weir');
  assert.equal(title_of('/environments/prod%20eu'), 'prod eu · environments · Weir');
  assert.equal(title_of('/artifacts/sha256:0123456789abcdef'), '0123456789ab · artifacts · Weir');
});

test('a digest is shown by its first twelve digits', () => {
  assert.equal(short_digest('sha256:0123456789abcdef'), '0123456789ab');
});

test('verdicts of different tones never share a shape', () => {
  for (const a of marks)
    for (const b of marks)
      if (looks[a].tone !== looks[b].tone) assert.notEqual(looks[a].shape, looks[b].shape, `${a} ${b}`);
  assert.ok(is_exceptional('unknown') && !is_exceptional('approved') && !is_exceptional('explained'));
});

test('events split over chunks are put together, keep-alives are dropped', async () => {
  globalThis.sessionStorage ??= {
    getItem: () => null,
    setItem: () => {},
    removeItem: () => {},
  } as unknown as Storage;
  const { take_events, is_old } = await import('../src/api/live.ts');
  const first = take_events(': hello\n\nid: 4\nevent: change\nda');
  assert.deepEqual(first.events, []);
  const second = take_events(first.rest + 'ta: {"index":4}\r\n\r\nid: 5');
  assert.deepEqual(second.events, [{ id: '4', data: '{"index":4}' }]);
  assert.equal(second.rest, 'id: 5');
  assert.ok(is_old(['environment:a', 'workloads'], new Set(['environment:a'])));
  assert.ok(!is_old(['environment:b'], new Set(['environment:a', 'overview'])));
  assert.ok(is_old(['alerts'], new Set(['overview'])) && !is_old(['fixed', 'entry'], new Set(['*'])));
});

test("an approval's forecast counts what it resolves and names what stays red", async () => {
  const { foresee } = await import('../src/forms/foresee.ts');
  const workload = (digest: string, verdict: Workload['verdict'], name = 'api') =>
    ({ id: digest, name, digests: [digest], verdict, host: 'h1' }) as Workload;
  const alerts = [
    { workload: workload('a', 'unknown') },
    { workload: workload('c', 'unknown') },
    { workload: null },
  ] as Alert[];
  const seen = foresee(
    ['a'],
    'api',
    [
      workload('a', 'unknown'),
      workload('a', 'approved'),
      workload('b', 'unknown'),
      workload('c', 'unknown', 'db'),
    ],
    alerts,
  );
  assert.deepEqual(seen, { resolves: 1, now_approved: 2, late: 1, stay: ['api on h1 runs other content'] });
});

test('CSV quotes what needs it and disarms formulas', async () => {
  const { csv } = await import('../src/parts/table/columns.ts');
  const columns = [{ id: 'a', header: 'A', show: () => null, text: (row: { a: string }) => row.a }];
  assert.equal(
    csv(columns, [{ a: 'x,"y"' }, { a: 'plain' }, { a: '=1+1' }]),
    'a\r\n"x,""y"""\r\nplain\r\n\'=1+1\r\n',
  );
});
