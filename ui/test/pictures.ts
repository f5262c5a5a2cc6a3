// `npm run pictures [-- /path …]`: every view at 1600 and 360 px in light and dark, into test-results/, for people to look at.
import { mkdirSync } from 'node:fs';
import { accessibility, launch, log_in, open } from './browser.ts';
import { start_fixture } from './fixture/server.ts';

const fixture = await start_fixture();
const digest = fixture.world.artifacts[0]?.digest ?? '';
const views =
  process.argv.length > 2
    ? process.argv.slice(2).map((each) => each.replace('DIGEST', digest))
    : [
        '/',
        '/environments',
        '/environments/production',
        '/environments/production?view=snapshots',
        '/environments/production?view=watch',
        '/flows',
        '/flows/payments-api',
        '/flows/ledger-worker/trails/v0.9.7',
        '/artifacts',
        `/artifacts/${digest}`,
        '/approvals',
        '/alerts',
        '/alerts?view=alerts',
        '/alerts/3',
        '/incidents/3',
        '/ledger',
        '/ledger/5',
        '/settings',
      ];
const folder = new URL('../test-results/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const browser = await launch();
const name_of = (view: string) =>
  view
    .replace(digest, 'digest')
    .replace(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '') || 'overview';
for (const [scheme, width] of [
  ['light', 1600],
  ['dark', 1600],
  ['light', 360],
  ['dark', 360],
] as const) {
  const { page, complaints, close } = await open(browser, fixture.url, {
    scheme,
    width,
    height: width === 360 ? 800 : 900,
  });
  await page.goto('/');
  await page.screenshot({ path: `${folder}login-${width}-${scheme}.png` });
  await log_in(page, fixture.token);
  for (const view of views) {
    await page.evaluate((to) => {
      history.pushState(null, '', to);
    }, view);
    await page.waitForTimeout(700);
    await page.screenshot({
      path: `${folder}${name_of(view)}-${width}-${scheme}.png`,
      fullPage: width === 360,
    });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) {
      const who = await page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter(
            (each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('[role=region]'),
          )
          .slice(0, 3)
          .map((each) => each.outerHTML.slice(0, 110)),
      );
      console.log(`${view} ${width}: ${wide} px too wide`, who);
    }
    for (const finding of await accessibility(page))
      console.log(view, scheme, width, finding.id, finding.nodes.join('\n    '));
  }
  for (const complaint of new Set(complaints)) console.log(scheme, width, complaint);
  await close();
}
await browser.close();
await fixture.close();
