// What a person can reach, and read without guessing: keys, the wall, narrow screens, effects told before acts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Bead, Workload } from '../src/api/types.ts';
import { stops_of_dbom } from '../src/views/artifacts/dbom-words.ts';
import { chain_of, kind_of } from '../src/words/alert.ts';
import { told_once } from '../src/words/evidence.ts';
import { begins, ends, lasting } from '../src/words/time.ts';
import { signed_dbom } from './fixture/dbom.ts';
import { assert_fits, go, settled, stage } from './support.ts';

const at = stage();

test('a row that a click opens has a link that keys reach', async () => {
  const { page, close } = await at.visit('/environments/production?q=verdict:late');
  const link = page.getByRole('row').nth(1).getByRole('link', { name: 'registry/cron' });
  await link.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('started before it was approved').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('q'), 'verdict:late', 'the filter is kept');
  for (const view of ['/environments/production?view=snapshots', '/artifacts', '/policies', '/decisions', '/ledger']) {
    await go(page, view);
    const rows = page.locator('tbody tr[class*="open"]');
    await rows.first().waitFor();
    assert.equal(await rows.filter({ hasNot: page.locator('a') }).count(), 0, `${view} has rows for the mouse alone`);
  }
  await close();
});

for (const [width, height] of [
  [1600, 900],
  [1920, 1080],
] as const) {
  test(`the wall fills a screen of ${width} × ${height} with nothing below it, and Escape leaves it`, async () => {
    const { page, close } = await at.visit('/', { width, height });
    await go(page, '/wall');
    const over = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(over <= 0, `${over} px are below the screen`);
    const trust = await page.getByRole('region', { name: 'Trust' }).boundingBox();
    assert.ok(trust && height - (trust.y + trust.height) < 40, 'and it is filled');
    await assert_fits(page);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.pathname === '/');
    await go(page, '/wall');
    await page.getByRole('link', { name: /Leave the wall/ }).click();
    await page.getByRole('navigation', { name: 'Places' }).waitFor();
    await close();
  });
}

test('a long bill of materials scrolls in its place', async () => {
  const { page, close } = await at.visit(`/artifacts/${at.fixture.world.artifacts[0]?.digest}`);
  const tree = page.getByRole('region', { name: 'Components' });
  await tree.getByRole('link').nth(20).waitFor();
  const box = await tree.boundingBox();
  assert.ok(box && box.height <= 420, `it is ${box?.height} px high`);
  await close();
});

test('an approval is revoked only after its effect was shown', async () => {
  const { page, close } = await at.visit('/approvals?q=state:active');
  const active = () => at.fixture.world.approvals.filter((each) => each.state === 'active').length;
  const before = active();
  await page.getByRole('button', { name: 'Revoke…' }).first().click();
  await page.getByRole('dialog').getByText(/runs? this content/).waitFor();
  assert.equal(active(), before);
  await page.getByLabel('Reason').fill('it was the wrong build');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText(/^Revoked /).waitFor();
  assert.equal(active(), before - 1);
  await close();
});

test('Enter before the search has answered opens what was typed last', async () => {
  const { page, close } = await at.visit('/');
  await settled(page);
  await page.keyboard.press('/');
  await page.keyboard.type('payments-vault');
  await page.getByRole('option', { name: /payments-vault/ }).first().waitFor();
  await page.route('**/search?q=staging', async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  await page.getByRole('combobox', { name: 'Search' }).fill('staging');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/environments/staging');
  await close();
});

const words_cut = (page: Page) =>
  page.getByRole('combobox', { name: 'Search' }).evaluate((box: HTMLInputElement) => {
    const style = getComputedStyle(box);
    const pen = document.createElement('canvas').getContext('2d');
    if (!pen) return true;
    pen.font = style.font;
    const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(box.placeholder).width > room;
  });

for (const width of [360, 768, 1110, 1185, 1280, 1600]) {
  test(`at ${width} px the header fits, and the search says whole words`, async () => {
    const { page, close } = await at.visit('/', { width, height: 900 });
    await settled(page);
    await assert_fits(page);
    assert.equal(await words_cut(page), false);
    const over = await page.locator('header').evaluate((header) => {
      const boxes = [...header.querySelectorAll('nav, [role="search"]')].map((each) => each.getBoundingClientRect());
      return boxes.length === 2 && boxes[0]!.width > 0 && boxes[0]!.right > boxes[1]!.left;
    });
    assert.equal(over, false, 'the places and the search do not overlap');
    await close();
  });
}

test('on a narrow screen the tabs stay in one line', async () => {
  const { page, close } = await at.visit('/environments/production', { width: 360, height: 800 });
  await page.getByRole('tab').nth(4).waitFor();
  const tops = await page.getByRole('tab').evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().top));
  assert.ok(tops.length === 5 && new Set(tops).size === 1, tops.join());
  await go(page, '/environments/production?view=watch');
  const chosen = await page.getByRole('tab', { name: 'What is watched', selected: true }).boundingBox();
  assert.ok(chosen && chosen.x >= 0 && chosen.x + chosen.width <= 360, 'the chosen one is in sight');
  await assert_fits(page);
  await close();
});

test('the path of a bill flows past what nothing asks for, and stops at what is asked for', () => {
  const { document } = signed_dbom(at.fixture.world, at.fixture.world.artifacts[0]!, 'production');
  const scan = (bill: typeof document) =>
    stops_of_dbom(bill, undefined, Date.now()).find((stop) => stop.name === 'scan');
  assert.deepEqual(scan(document)?.rest, ['nothing asks for it']);
  assert.equal(scan(document)?.state, 'unasked');
  const unmet = document.how.map((line) => (line.kind === 'required' ? { ...line, state: 'incomplete' } : line));
  assert.equal(scan({ ...document, how: unmet })?.state, 'missing');
});

test('beginnings, ends and lengths are said as a person says them', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  assert.equal(ends('2026-11-30T15:00:00Z', now), 'ends in 3 h');
  assert.equal(ends('2026-11-30T11:00:00Z', now), 'ended 1 h ago');
  assert.equal(begins('2026-12-02T12:00:00Z', now), 'begins in 2 days');
  assert.equal(begins('2026-11-30T11:59:00Z', now), 'began 1 min ago');
  assert.equal(lasting('2026-11-24T12:00:00Z', now), 'for 6 days');
});

test('a channel is ended on the second word, and its address survives a new secret', async () => {
  const { page, close } = await at.visit('/settings');
  const sent: unknown[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT' && request.url().includes('/channels/')) sent.push(request.postDataJSON());
  });
  await page.getByRole('button', { name: 'Rotate' }).first().click();
  await page.getByRole('dialog', { name: /^Second secret/ }).waitFor();
  assert.deepEqual(sent, [{ rotate: true }], 'what is shown of the address is not the address');
  await page.getByRole('button', { name: 'Done' }).click();
  const before = at.fixture.world.channels.length;
  await page.getByRole('region', { name: 'Channels' }).getByRole('button', { name: 'End…' }).first().click();
  await page.getByRole('dialog').getByText(/No alert is delivered to/).waitFor();
  assert.equal(at.fixture.world.channels.length, before);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await close();
});

test('two tables of one view are filtered each by itself', async () => {
  const { page, close } = await at.visit('/settings');
  await page.getByRole('textbox', { name: 'Filter accounts' }).fill('kind:service');
  await page.getByRole('region', { name: 'accounts' }).getByText('ci:payments').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Filter channels' }).inputValue(), '');
  assert.equal(new URL(page.url()).searchParams.get('accounts.q'), 'kind:service');
  await close();
});

test('what an alert is about is said without its name, and who began it without paths', () => {
  const title = 'Unknown program /tmp/x/backdoor on vm';
  assert.equal(kind_of({ title, workload: { name: '/tmp/x/backdoor' } as Workload }), 'Unknown program on vm');
  assert.equal(kind_of({ title: 'Reporter silent: vm', workload: null }), 'Reporter silent: vm');
  const who = 'user root ← /usr/bin/weir ← /usr/bin/bash ← /usr/bin/bash ← init';
  assert.equal(chain_of(who), 'user root ← weir ← bash ← init');
});

test('evidence that is not required gets no second bead of the same name', () => {
  const bead = (name: string, state: Bead['state']) => ({ name, state, type: 'test' });
  const beads = [bead('unit-tests', 'met'), bead('unit-tests', 'extra'), bead('lint', 'extra')];
  assert.deepEqual(told_once(beads), [beads[0], beads[2]]);
});

test('a long owner leaves room for the reason', async () => {
  const workload = at.fixture.world.workloads.find((each) => each.environment === 'production');
  assert.ok(workload);
  workload.owner = { user: 'root', unit: 'a-unit-'.repeat(20) + '.service' };
  workload.reasons = [{ code: 'unknown-digest', message: 'nobody recorded or approved this content anywhere' }];
  const { page, close } = await at.visit('/environments/production');
  const reason = await page.getByText('nobody recorded or approved this content anywhere').first().boundingBox();
  assert.ok(reason && reason.width >= 230 && reason.height < 45, `it has ${reason?.width} × ${reason?.height} px`);
  await close();
});
