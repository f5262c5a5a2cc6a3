// The page against a real server and a real agent: WEIR_URL and WEIR_TOKEN name them (var/weir.env after `make run`).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Alert } from '../../src/api/types.ts';
import { launch, log_in, open, type Watched } from '../browser.ts';
import { assert_accessible, assert_fits, settled } from '../support.ts';
import { hindrance, start_stranger, type Stranger } from './container.ts';

const url = process.env['WEIR_URL'] ?? '';
const token = process.env['WEIR_TOKEN'] ?? '';
const skip =
  url && token ? false : 'WEIR_URL and WEIR_TOKEN are not set: the page is NOT tested against a real server';
if (skip) console.error(`SKIPPED: ${skip}`);
const without_container = skip || hindrance() || false;
if (!skip && without_container) console.error(`SKIPPED: ${without_container}`);

const alert_max_ms = 20_000;
let browser: Browser;
let stranger: Stranger | undefined;

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${url}/v1/orgs/default/${path}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as T;
}

// The open alert about the container, as soon as the server has it.
async function alert_about(found: Stranger): Promise<Alert> {
  for (const began = Date.now(); Date.now() - began < alert_max_ms;) {
    const { alerts } = await ask<{ alerts: Alert[] }>('alerts?state=open&limit=1000');
    const mine = alerts.find(
      (each) => each.workload?.kind === 'container' && JSON.stringify(each).includes(found.name),
    );
    if (mine) return mine;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no alert about ${found.name} within ${alert_max_ms} ms`);
}

async function enter(to: string, width = 1600): Promise<Watched> {
  const watched = await open(browser, url, { width });
  await log_in(watched.page, token, to);
  await settled(watched.page);
  return watched;
}

before(async () => {
  if (!skip) browser = await launch();
});
after(async () => {
  stranger?.remove();
  await browser?.close();
});

test('one logs in with the token of the first start and sees the lake', { skip }, async () => {
  const { page, complaints, close } = await enter('/');
  await page.getByRole('region', { name: 'Lake' }).waitFor();
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
    stranger = start_stranger();
    const alert = await alert_about(stranger);
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
    const known = await ask<Alert>(`alerts/${alert.id}`);
    assert.equal(known.state, 'acknowledged');
    assert.equal(known.note, 'started by the test of the page');
    await page.evaluate((to) => history.pushState(null, '', to), `/ledger/${alert.entry}`);
    await page.getByText('This browser has checked that it is in the ledger.').waitFor();
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  'every view of the real server is accessible, fits at 360 px and keeps to the policy',
  { skip, timeout: 180_000 },
  async () => {
    const { environments } = await ask<{ environments: { name: string }[] }>('environments');
    const { alerts } = await ask<{ alerts: Alert[] }>('alerts?limit=1');
    const { artifacts } = await ask<{ artifacts: { digest: string }[] }>('artifacts?limit=1');
    const { flows } = await ask<{ flows: { name: string; latest_trail: { name: string } | null }[] }>(
      'flows?limit=1',
    );
    const some = [
      ...environments
        .slice(0, 1)
        .flatMap(({ name }) =>
          ['', '?view=snapshots', '?view=deployments', '?view=watch'].map(
            (view) => `/environments/${name}${view}`,
          ),
        ),
      ...alerts.flatMap((alert) => [`/alerts/${alert.id}`, `/incidents/${alert.incident}`]),
      ...artifacts.map((each) => `/artifacts/${each.digest}`),
      ...flows.flatMap((flow) => [
        `/flows/${flow.name}`,
        ...(flow.latest_trail ? [`/flows/${flow.name}/trails/${flow.latest_trail.name}`] : []),
      ]),
    ];
    for (const width of [1600, 360]) {
      const { page, complaints, close } = await enter('/', width);
      for (const view of [
        '/',
        '/environments',
        '/flows',
        '/artifacts',
        '/approvals',
        '/alerts',
        '/alerts?view=alerts',
        '/ledger',
        '/ledger/0',
        '/settings',
        ...some,
      ]) {
        await page.evaluate((to) => history.pushState(null, '', to), view);
        await settled(page);
        await assert_fits(page);
        await assert_accessible(page);
        assert.deepEqual(complaints, [], `${view}: ${complaints.join('\n')}`);
      }
      await close();
    }
  },
);
