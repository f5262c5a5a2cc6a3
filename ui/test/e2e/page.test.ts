// The page against the real server and agent, which this file starts, and a real container that nobody approved.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Alert } from '../../src/api/types.ts';
import { launch, log_in, open, type Options, type Watched } from '../browser.ts';
import { assert_accessible, assert_fits, go, settled } from '../support.ts';
import { hindrance, start_podman, type Engine } from './container.ts';
import { make_place, until, type Place } from './processes.ts';
import { views_of } from './views.ts';
import { make_history, start_agent, start_server, type Weir } from './weir.ts';

const without_container = hindrance() || false;

const alert_max_ms = 20_000;
let place: Place;
let weir: Weir;
let podman: Engine | undefined;
let browser: Browser;

async function enter(to: string, options: Options = {}): Promise<Watched> {
  const watched = await open(browser, weir.url, options);
  await log_in(watched.page, weir.token, to);
  await settled(watched.page);
  return watched;
}

before(
  async () => {
    place = make_place();
    browser = await launch();
    weir = await start_server(place);
    if (!without_container) podman = await start_podman(place);
    await start_agent(place, weir, podman ? ['--podman', podman.socket] : []);
    await make_history(place, weir);
  },
  { timeout: 120_000 },
);

after(
  async () => {
    await browser?.close();
    await place?.close();
  },
  { timeout: 60_000 },
);

test('one logs in with the token of the first start and sees the lake', { timeout: 60_000 }, async () => {
  const { page, complaints, close } = await enter('/');
  await page.getByRole('region', { name: 'Lake' }).waitFor();
  await page.getByRole('link', { name: /\/intruder: unknown/ }).waitFor();
  await page.getByRole('link', { name: /\/shop: approved/ }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test(
  'an unapproved container appears without reload, is acknowledged, and its record is proven',
  { skip: without_container, timeout: 180_000 },
  async () => {
    const { page, complaints, close } = await enter('/alerts?view=alerts');
    await page.evaluate(() => {
      (window as unknown as { kept: boolean }).kept = true;
    });
    const stranger = podman!.run_stranger();
    const alert = await until(
      `an alert about ${stranger.name}`,
      async () => {
        const { alerts } = await weir.ask<{ alerts: Alert[] }>('alerts?state=open&limit=1000');
        return alerts.find(
          (each) => each.workload?.kind === 'container' && JSON.stringify(each).includes(stranger.name),
        );
      },
      alert_max_ms,
    );
    const row = page.getByRole('row').filter({ has: page.locator(`a[href="/alerts/${alert.id}"]`) });
    await row.waitFor({ timeout: 10_000 });
    assert.ok(
      await page.evaluate(() => (window as unknown as { kept: boolean }).kept),
      'the page was not loaded again',
    );
    await row.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByLabel('Note').fill('started by the test of the page');
    await page.getByRole('button', { name: 'Acknowledge now' }).click();
    await page.getByText('Acknowledged 1 alert').waitFor();
    const known = await weir.ask<Alert>(`alerts/${alert.id}`);
    assert.equal(known.state, 'acknowledged');
    assert.equal(known.note, 'started by the test of the page');
    await go(page, `/ledger/${alert.entry}`);
    await page.getByText('This browser has checked that it is in the ledger.').waitFor();
    assert.deepEqual(complaints, []);
    await close();
  },
);

for (const [scheme, width] of [
  ['light', 1600],
  ['dark', 1600],
  ['light', 360],
  ['dark', 360],
] as const) {
  test(
    `every view of the real server is accessible, fits and keeps to the policy at ${width} px in ${scheme}`,
    { timeout: 240_000 },
    async () => {
      const { page, complaints, close } = await enter('/', { scheme, width });
      for (const view of await views_of(weir.ask)) {
        await go(page, view);
        await page.waitForFunction(() => document.querySelector('.dimmed') === null); // what it shows is no older answer
        await assert_fits(page);
        await assert_accessible(page);
        assert.equal(await page.locator('main [role="alert"]').count(), 0, `${view} shows a problem`);
        assert.deepEqual(complaints, [], `${view}: ${complaints.join('\n')}`);
      }
      await close();
    },
  );
}
