// Advisories of one's own, delivery systems that ask, and where results of scans and breaks of APIs run, as a person
// looks for them, against the fixture server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { affected_words, empty, record_of } from '../src/views/advisories/record.ts';
import { assert_accessible, stage } from './support.ts';

const at = stage();

test('an advisory of one’s own is published, refused with words, and withdrawn with a reason', async () => {
  const { page, close } = await at.visit('/advisories');
  await page.getByRole('heading', { level: 1 }).getByText('1 advisory of your own stands.').waitFor();
  await page.getByRole('button', { name: 'Publish one' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Id', { exact: true }).fill('CVE-2026-1');
  await form.getByLabel('What is wrong').fill('Deletes files');
  await form.getByLabel('Package').fill('evil');
  await form.getByLabel('Fixed in').fill('2.0.0');
  await form.getByText('holds evil before 2.0.0 is affected from now on').waitFor();
  await assert_accessible(page);
  await form.getByRole('button', { name: 'Publish' }).click();
  await form.getByText("begins with 'DEFAULT-'").waitFor();
  await form.getByLabel('Id', { exact: true }).fill('DEFAULT-2026-2');
  await form.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('2 advisories of your own stand.').waitFor();
  await page.getByRole('row', { name: /DEFAULT-2026-2/ }).getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('it was ours');
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('1 advisory of your own stands. 1 withdrawn.').waitFor();
  await close();
});

test('what a person fills in becomes an OSV record', () => {
  const filled = { ...empty, id: ' A-1 ', summary: 's', name: 'left-pad' };
  assert.deepEqual(record_of(filled), {
    id: 'A-1',
    summary: 's',
    affected: [{ package: { ecosystem: 'npm', name: 'left-pad' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }],
  });
  assert.equal(affected_words(filled), 'every version of left-pad');
  const listed = { ...filled, versions: '1.0, 1.1', alias: 'CVE-2026-1', vector: 'CVSS:4.0/AV:N' };
  const record = record_of(listed);
  assert.deepEqual(record['affected'], [{ package: { ecosystem: 'npm', name: 'left-pad' }, versions: ['1.0', '1.1'] }]);
  assert.deepEqual(record['aliases'], ['CVE-2026-1']);
  assert.deepEqual(record['severity'], [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' }]);
  assert.equal(affected_words(listed), 'left-pad 1.0, 1.1');
  const range = { ...filled, introduced: '1.0', fixed: '2.0' };
  assert.equal(affected_words(range), 'left-pad from 1.0 before 2.0');
  assert.deepEqual(record_of(range)['affected'], [
    { package: { ecosystem: 'npm', name: 'left-pad' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '1.0' }, { fixed: '2.0' }] }] },
  ]);
});

test('delivery systems are listed with what waits, and their requests with the last answers', async () => {
  const { page, close } = await at.visit('/settings');
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Integrations' }).click();
  const heading = page.getByRole('heading', { level: 1 });
  await heading.getByText('3 delivery systems ask the gate. 1 request waits for a verdict. 1 answer could not be given.').waitFor();
  await page.getByText('prod as production, staging').waitFor();
  await page.getByRole('link', { name: 'hub', exact: true }).click();
  const requests = page.getByRole('region', { name: 'What hub asked' });
  await requests.getByText('may this deployment go on: acme/shop c0ffee1 to prod').waitFor();
  await requests.getByText('rejected').waitFor();
  await requests.getByText('the App is not known').waitFor();
  await page.getByText('docs/how-to/gate-from-github.md').waitFor();
  await requests.getByText('Waiting', { exact: true }).click();
  await requests.getByText('rejected').waitFor({ state: 'detached' });
  await requests.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('It will be answered again now').waitFor();
  await assert_accessible(page);
  await close();
});

test('where a rule of a scanner runs, and which APIs break', async () => {
  const { page, close } = await at.visit('/impact');
  await page.getByRole('region', { name: 'APIs that break, and whom' }).getByText('a parameter must be given now').waitFor();
  await page.getByLabel('Rule of a scanner').fill('js/sql-injection');
  await page.getByRole('button', { name: 'Where' }).click();
  const found = page.getByRole('region', { name: 'Where js/sql-injection runs' });
  await found.getByText('src/pay.js:42').waitFor();
  await found.getByText('1 workload could not be looked at').click();
  await found.getByText('ledger-worker').waitFor();
  assert.match(page.url(), /rule=js/);
  await assert_accessible(page);
  await close();
});
