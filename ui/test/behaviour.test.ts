// What a person does with the page, against the fixture server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open } from './browser.ts';
import { make_world, add_alert, add_workload, ago } from './fixture/world.ts';
import { start_fixture } from './fixture/server.ts';
import { nothing_decided } from './fixture/world-decide.ts';
import { no_windows } from './fixture/world-windows.ts';
import { log_in } from './browser.ts';
import { assert_accessible, settled, stage } from './support.ts';

const at = stage();

test('a wrong token is refused with words, and a good one opens the overview', async () => {
  const { page, close } = await open(at.browser, at.fixture.url);
  await page.goto('/environments/production');
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('not known here').waitFor();
  await page.getByLabel('Token').fill(at.fixture.token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).getByText('production runs').waitFor();
  assert.equal(new URL(page.url()).pathname, '/environments/production', 'the address asked for is kept');
  assert.ok(
    !page.url().includes(at.fixture.token) &&
      (await page.evaluate(
        () => localStorage.length < 5 && !JSON.stringify(localStorage).includes('weir_test_token'),
      )),
  );
  await close();
});

test('a workload that nobody approved appears without reload, and is counted in the title', async () => {
  const { page, close } = await at.visit('/');
  await settled(page);
  const before = await page.title();
  await page.evaluate(() => {
    (window as unknown as { kept: boolean }).kept = true;
  });
  const workload = add_workload(at.fixture.world, 'staging', '/tmp/evil', 'unknown', { started_at: ago(0) });
  add_alert(at.fixture.world, workload, 'unknown-digest', 'Unknown program runs on staging-1', 'critical', 0);
  at.fixture.changed('overview', 'environment:staging', 'alerts');
  await page.getByRole('link', { name: '/tmp/evil: unknown' }).waitFor();
  await page.getByText('Unknown program runs on staging-1').first().waitFor();
  await page.waitForFunction((old) => document.title !== old, before);
  assert.match(await page.title(), /^\(4\) /);
  assert.match((await page.locator('#favicon').getAttribute('href')) ?? '', /^data:image\/svg/);
  assert.ok(
    await page.evaluate(() => (window as unknown as { kept: boolean }).kept),
    'the page was not loaded again',
  );
  await close();
});

test('many alerts are acknowledged at once with one note', async () => {
  const { page, close } = await at.visit('/alerts?view=alerts');
  await page.getByRole('checkbox', { name: 'Choose all' }).check();
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByLabel('Note').fill('known since the drill');
  await page.getByRole('button', { name: 'Acknowledge now' }).click();
  await page.getByText(/Acknowledged 4 alerts/).waitFor();
  await page.getByText('No alert is open.').waitFor();
  assert.ok(
    at.fixture.world.alerts.every(
      (each) => each.state === 'acknowledged' && each.note === 'known since the drill',
    ),
  );
  await page.getByText('acknowledged', { exact: true }).first().click();
  await page.getByRole('link', { name: 'Unknown program runs on staging-1' }).waitFor();
  await close();
});

test('a lost connection is said with since when, and heals by itself', async () => {
  const { page, close } = await at.visit('/');
  await settled(page);
  at.fixture.cut(4000);
  await page.getByText(/Connection lost since \d\d:\d\d:\d\d UTC/).waitFor();
  assert.ok(await page.getByText('Lake').isVisible(), 'the old data stays');
  await page.getByText(/Connection lost/).waitFor({ state: 'detached', timeout: 20_000 });
  await close();
});

test('a record is checked by the browser, in words', async () => {
  const { page, close } = await at.visit('/ledger/7');
  await page.getByText('This browser has checked that it is in the ledger.').waitFor();
  for (const words of [
    /have the leaf hash/,
    /Time, subjects and commitment/,
    /Salt and payload have the hash/,
    /leads to the root/,
    /signed by the ledger's Ed25519 key/,
    /[Tt]his browser/,
  ]) {
    await page.getByRole('listitem').getByText(words).first().waitFor();
  }
  await close();
});

test('a record that the server changed is found out', async () => {
  const { page, close } = await at.visit('/ledger');
  await page.route('**/ledger/entries/9', async (route) => {
    const answer = await route.fetch();
    const entry = (await answer.json()) as { at: string };
    await route.fulfill({ json: { ...entry, at: '2020-01-01T00:00:00.000000Z' } });
  });
  await page.evaluate(() => history.pushState(null, '', '/ledger/9'));
  await page.getByText('It does not check out!').waitFor();
  await page.getByText('The time shown is not the time in the record.').waitFor();
  await close();
});

test('without Ed25519 in the browser it says that the signature was not checked', async () => {
  const { page, close } = await at.visit('/ledger');
  await page.evaluate(() => {
    crypto.subtle.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
  });
  await page.evaluate(() => history.pushState(null, '', '/ledger/3'));
  await page.getByText('Signature not checked by this browser').waitFor();
  await page.getByText('This browser could check a part of it.').waitFor();
  await close();
});

test('the seal beside a record checks it on a click', async () => {
  const { page, close } = await at.visit('/approvals');
  await page
    .getByRole('button', { name: /^Entry \d+: check this record/ })
    .first()
    .click();
  await page.getByText('checked in this browser').first().waitFor();
  await close();
});

test('the address of a workload that has ended says so, and leads to what runs', async () => {
  const { page, close } = await at.visit('/environments/production?workload=gone');
  await page.getByRole('status').getByText('does not run any more').waitFor();
  await page.getByRole('link', { name: 'All that runs now' }).click();
  await page.getByText('does not run any more').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '');
  await close();
});

test('an artifact says which of its lines are claims, and marks just as many', async () => {
  const { page, close } = await at.visit(`/artifacts/${at.fixture.world.artifacts[0]?.digest}`);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.getByText('which are marked as claims').waitFor();  // the bill of materials comes after the artifact
  const sentence = await heading.innerText();
  const told = Number(/but (\d+), which are marked as claims/.exec(sentence)?.[1]);
  assert.ok(told > 0, sentence);
  assert.equal(await page.locator('main').getByText('claim', { exact: true }).count(), told);
  await close();
});

test('a bill of materials is drawn from commit to workload, and saved as signed JSON and as a page', async () => {
  const artifact = at.fixture.world.artifacts[0]!;
  const { page, close } = await at.visit(`/artifacts/${artifact.digest}`);
  await page.getByRole('heading', { level: 1 }).getByText('payments-api v1.42.0 runs in production as approved.').waitFor();
  const path = await page.getByRole('img', { name: /^commit: .*gate: / }).getAttribute('aria-label');
  assert.match(path ?? '', /test: 1,204 passed; .*gate: allow; deploy: production; run: registry\/payments-api/);
  for (const title of ['What', 'How', 'Where', 'When', 'Who'])
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
  await page.getByRole('button', { name: /more lines of When/ }).click();
  await page.getByText('openssl').waitFor();
  for (const [button, check] of [
    ['Save signed JSON', /^\{"payload":"[A-Za-z0-9+/=]+","payloadType":"application\/vnd.in-toto\+json","signatures":/],
    ['Save HTML', /^<h1>payments-api/],
  ] as const) {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    assert.match(readFileSync(await saved.path(), 'utf8'), check);
  }
  await page.getByText('staging', { exact: true }).first().click();
  await page.getByRole('heading', { level: 1 }).getByText('does not run in staging').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('environment'), 'staging');
  await close();
});

test('a moment beyond the newest snapshots is reached page by page', async () => {
  const { page, close } = await at.visit('/environments/production');
  await page.getByRole('button', { name: 'Earlier snapshots' }).click();
  await page.waitForURL(/before=2372/);
  await page.getByText('#2371').waitFor();
  await page.getByText('As it was').waitFor();
  await page.getByRole('slider', { name: 'Moment' }).press('Home');
  await page.getByText('#2332').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Earlier snapshots' }).count(), 0);
  await page.getByRole('button', { name: 'Back to live' }).click();
  await page.getByText('#2411').waitFor();
  await close();
});

test('filter, sort and columns live in the address, and back returns', async () => {
  const { page, close } = await at.visit('/environments/payments-vault');
  const filter = page.getByRole('textbox', { name: /^Filter/ });
  await filter.fill('verdict:explained name:daemon-1');
  await page.getByText(/of 155 rows/).waitFor();
  await page.getByRole('button', { name: 'Name' }).click();
  await page.getByRole('button', { name: 'Name' }).click();
  const state = new URL(page.url()).searchParams;
  assert.equal(state.get('q'), 'verdict:explained name:daemon-1');
  assert.equal(state.get('sort'), '-name');
  const first = await page.getByRole('row').nth(1).innerText();
  await page.reload();
  await page.getByLabel('Token').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('row').nth(1).innerText(), first, 'the same address shows the same rows');
  await page.getByRole('row').nth(1).click();
  await page.getByRole('dialog').waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await close();
});

test('what is shown is exported as CSV and JSON', async () => {
  const { page, close } = await at.visit('/environments/production?q=verdict:changed');
  for (const [item, check] of [
    ['CSV, as shown', /^verdict,name.*\r\nchanged,registry\/mailer/],
    ['JSON, whole rows', /"verdict": "changed"/],
  ] as const) {
    await page.getByRole('button', { name: 'Export' }).click();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ]);
    assert.match(readFileSync(await saved.path(), 'utf8'), check);
  }
  await close();
});

test('five thousand workloads are one table that draws only what is in sight', async () => {
  const world = make_world();
  for (let i = 0; i < 5000; i++)
    add_workload(world, 'production', `registry/many-${i}`, 'approved', { kind: 'container' });
  const big = await start_fixture(0, world);
  const { page, close } = await open(at.browser, big.url);
  await log_in(page, big.token, '/environments/production?sort=name');
  await page.getByText(/5,15\d rows/).waitFor();
  assert.ok((await page.getByRole('row').count()) < 120);
  await page.getByRole('region', { name: 'workloads-production' }).evaluate((each) => {
    each.scrollTop = each.scrollHeight;
  });
  await page.getByText('registry/payments-api@sha256:91aa').waitFor();
  await page.goto('/');
  await page.getByText('as they should be').waitFor();
  assert.ok(
    (await page
      .getByRole('group', { name: /workloads in production/ })
      .locator('a')
      .count()) < 20,
    'above 2,000 only the exceptional tiles are drawn',
  );
  await close();
  await big.close();
});

test('beyond twelve flows the river is a matrix of services and environments', async () => {
  const world = make_world();
  for (let i = 0; i < 12; i++)
    world.flows.push({ ...world.flows[0]!, name: `flow-${i}`, service: `service-${i}` });
  const wide = await start_fixture(0, world);
  const { page, close } = await open(at.browser, wide.url);
  await log_in(page, wide.token);
  await page
    .getByRole('row', { name: /^payments-api/ })
    .getByText('3 of 3')
    .waitFor();
  await assert_accessible(page);
  await close();
  await wide.close();
});

test('an empty server teaches the command that fills it', async () => {
  const world = make_world();
  Object.assign(world, {
    ...nothing_decided(),
    ...no_windows(),
    flows: [],
    trails: [],
    artifacts: [],
    approvals: [],
    environments: [],
    workloads: [],
    alerts: [],
    incidents: [],
    deployments: [],
    channels: [],
  });
  const empty = await start_fixture(0, world);
  const { page, close } = await open(at.browser, empty.url);
  await log_in(page, empty.token);
  for (const [path, words] of [
    ['/', 'env create host'],
    ['/environments', 'env create host'],
    ['/flows', 'flow create'],
    ['/artifacts', 'weir record'],
    ['/approvals', 'weir approval request'],
    ['/policies', 'policy bundle starter'],
    ['/decisions', 'weir gate'],
    ['/windows', 'window create'],
    ['/exceptions', 'exception request'],
    ['/exceptions?view=glass', 'weir break-glass'],
    ['/vulnerabilities', 'weir vuln where'],
    ['/alerts', 'weir demo'],
    ['/settings', 'channel add'],
  ] as const) {
    await page.evaluate((to) => history.pushState(null, '', to), path);
    const command = page.locator('code', { hasText: words }).first();
    await command.waitFor();
    assert.ok((await command.innerText()).includes(empty.url), `${path} names this server`);
  }
  await page.getByRole('button', { name: 'Copy the command' }).first().click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /weir channel add/);
  await close();
  await empty.close();
});

test('keys: / searches, arrows and Enter open, ? lists keys, tiles are walked', async () => {
  const { page, close } = await at.visit('/');
  await settled(page);
  await page.keyboard.press('/');
  await page.keyboard.type('payments-vault');
  await page.getByRole('option', { name: /environment\s*payments-vault/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).getByText('payments-vault runs').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  const tiles = page.getByRole('group', { name: /workloads in production/ });
  await tiles.locator('a[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  assert.match(name, /: (changed|missing|late)/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await close();
});

test('an approval shows its effect before it is given, and a scope rule what it silences', async () => {
  const world = make_world();
  const own = await start_fixture(0, world);
  const { page, close } = await open(at.browser, own.url);
  await log_in(page, own.token, '/alerts/3');
  await page.getByRole('button', { name: 'Do not watch…' }).click();
  await page.getByText('silences 412 of 413').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByText(/This resolves 1 open alert; 1 workload in payments-vault has this content/).waitFor();
  await assert_accessible(page);
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.getByText('Approved /dev/shm/.x').waitFor();
  await page.getByText('It is resolved.').waitFor();
  await close();
  await own.close();
});

test('from an alert one makes an exception, opens the runbook and copies it as text', async () => {
  const { page, close } = await at.visit('/alerts/3');
  const runbook = page.getByRole('link', { name: 'Open the runbook' });
  assert.equal(await runbook.getAttribute('href'), 'https://wiki.example/runbooks/unknown-program');
  await page.getByRole('button', { name: 'Copy as text' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /To make it right|Approve this digest/);
  assert.match(copied, /runbook: https:/);
  await page.getByRole('button', { name: 'Make an exception…' }).click();
  assert.notEqual(await page.getByLabel('Id of the workload').inputValue(), '');
  await assert_accessible(page);
  await close();
});

test('the weir tells what the gate did today, and the queue holds requests and ending exceptions', async () => {
  const { page, close } = await at.visit('/');
  const weir = page.getByRole('region', { name: 'Weir' });
  await weir.getByText('p99 0.8 ms').waitFor();
  await weir.getByRole('link', { name: '9 stopped' }).click();
  await page.waitForURL('**/decisions');
  await page.goBack();
  const queue = page.getByRole('region', { name: 'Needs a person' });
  await queue.getByRole('link').first().waitFor();
  const more = queue.getByRole('button', { name: /^and \d+ more$/ });
  if (await more.isVisible()) await more.click();
  await queue.getByRole('link', { name: 'The exception of reviewed ends' }).waitFor();
  await queue.getByRole('link', { name: 'lena asks for web-shop in production' }).click();
  await page.waitForURL('**/approval-requests/*');
  await close();
});

test('a token that ends while the page is open returns to the sign-in with words', async () => {
  const { page, close } = await at.visit('/flows');
  await settled(page);
  await page.route('**/v1/orgs/default/artifacts**', (route) =>
    route.fulfill({ status: 401, json: { error: { code: 'unauthenticated', message: 'ended' } } }),
  );
  await page.getByRole('link', { name: 'Artifacts' }).click();
  await page.getByRole('alert').getByText('Your token was not accepted any more').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('weir.session')), null);
  await close();
});
