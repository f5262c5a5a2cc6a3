// `npm run pictures [-- /path …]`: every view at 1600 and 360 px in light and dark, into test-results/, for people to
// look at; of the fixture server, or of the real one that WEIR_URL and WEIR_TOKEN name.
import { mkdirSync } from 'node:fs';
import { accessibility, launch, log_in, open } from './browser.ts';
import { views_of } from './e2e/views.ts';
import { asker } from './e2e/weir.ts';
import { start_fixture, type Fixture } from './fixture/server.ts';
import { go, settled } from './support.ts';

const fixture_views = (fixture: Fixture) => [
  ...['/', '/environments', '/environments/production', '/environments/production?view=snapshots'],
  ...['/environments/production?view=watch', '/flows', '/flows/payments-api'],
  ...['/flows/ledger-worker/trails/v0.9.7', '/artifacts', `/artifacts/${fixture.world.artifacts[0]?.digest}`],
  ...['/policies', '/policies/production', '/policies/production?view=versions', '/decisions', '/windows'],
  `/decisions/${fixture.world.decisions[0]?.entry}`,
  ...[`/approval-requests/${fixture.world.requests[0]?.id}`, '/exceptions', '/exceptions?view=glass'],
  ...[`/exceptions/${fixture.world.exceptions[0]?.id}`, `/policy-proposals/${fixture.world.proposals[0]?.id}`],
  ...['/vulnerabilities', '/vulnerabilities/40', '/where?query=CVE-2021-44228', '/components?component=log4j'],
  ...['/approvals', '/alerts', '/alerts?view=alerts', '/alerts/3', '/incidents/3', '/ledger', '/ledger/5'],
  '/settings',
];
const real = process.env['WEIR_URL'];
const fixture = real ? undefined : await start_fixture();
const url = real ?? fixture!.url;
const token = fixture?.token ?? process.env['WEIR_TOKEN'] ?? '';
const asked = process.argv.slice(2);
const views = asked.length ? asked : fixture ? fixture_views(fixture) : await views_of(asker(url, token));

const folder = new URL('../test-results/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const browser = await launch();
const name_of = (view: string) =>
  view
    .replace(/sha256:[0-9a-f]+/, 'digest')
    .replace(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '') || 'overview';
for (const [scheme, width] of [
  ['light', 1600],
  ['dark', 1600],
  ['light', 360],
  ['dark', 360],
] as const) {
  const height = width === 360 ? 800 : 900;
  const { page, complaints, close } = await open(browser, url, { scheme, width, height });
  const take = (name: string) =>
    page.screenshot({ path: `${folder}${name}-${width}-${scheme}.png`, fullPage: width === 360 });
  await page.goto('/');
  await take('login');
  await log_in(page, token);
  await settled(page);
  for (const view of views) {
    await go(page, view);
    await take(name_of(view));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.log(`${view} ${width}: ${wide} px too wide`);
    for (const finding of await accessibility(page))
      console.log(view, scheme, width, finding.id, finding.nodes.join('\n    '));
  }
  for (const complaint of new Set(complaints)) console.log(scheme, width, complaint);
  await close();
}
await browser.close();
await fixture?.close();
