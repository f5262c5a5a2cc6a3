// Requests for approval, exceptions, break-glass and windows, as a person uses them, against the fixture server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, moment_at, wall, week_number, week_of } from '../src/words/calendar.ts';
import { open } from './browser.ts';
import { assert_accessible, settled, stage } from './support.ts';

const at = stage();

test('weeks begin on Monday on the wall of their zone, also where the clock is changed', () => {
  const zone = 'Europe/Berlin';
  const week = week_of(Date.parse('2026-03-29T12:00:00Z'), zone);
  assert.equal(week.length, 8);
  assert.equal(new Date(week[0]!).toISOString(), '2026-03-22T23:00:00.000Z');
  assert.equal(new Date(week[7]!).toISOString(), '2026-03-29T22:00:00.000Z', 'the last day has 23 hours');
  assert.equal(week_number(week[0]!, zone), 13);
  assert.equal(week_number(week_of(Date.parse('2027-01-01T12:00:00Z'), 'UTC')[0]!, 'UTC'), 53);
  assert.equal(clock(Date.parse('2026-03-29T01:00:00Z'), zone), '03:00');
  const noon = Date.UTC(2026, 9, 25, 12);
  assert.equal(wall(moment_at(noon, zone), zone), noon);
});

test('a request shows the difference and who is still needed, and the last consent lets it in', async () => {
  const { page, close } = await at.visit('/approvals');
  await page.getByRole('heading', { level: 1 }).getByText('1 request waits').waitFor();
  await page.getByRole('link', { name: 'See the difference' }).click();
  await settled(page);
  await page.getByRole('heading', { level: 1 }).getByText('lena asks to let web-shop into production').waitFor();
  await page.getByRole('list', { name: 'Votes' }).getByText('1 more person of security is needed').waitFor();
  await page.getByText('npm/left-pad').waitFor();
  await page.getByText('3.0.20 → 3.0.22').waitFor();
  await page.getByText('Env PAY_TIMEOUT').waitFor();
  const flaws = page.getByRole('region', { name: 'Vulnerabilities' });
  await flaws.getByRole('link', { name: 'CVE-2026-4242' }).waitFor();
  await flaws.getByText('critical, known to be exploited').waitFor();
  await flaws.getByText('left-pad 1.3.0; fixed in 1.3.1').waitFor();
  await flaws.getByText('1 new, 0 gone, 4 as before').waitFor();
  await page.getByText('Your consent is the last one').waitFor();
  await page.getByLabel('Note').fill('tests and SBOM are fine');
  await page.getByRole('button', { name: 'Consent' }).click();
  await page.getByText('Your consent is recorded').waitFor();
  await page.getByRole('heading', { level: 1 }).getByText('omar and ann consented').waitFor();
  await close();
});

test('who holds the link of a request sees it without an account, and can do nothing', async () => {
  const request = at.fixture.world.requests[0]!;
  const { page, complaints, close } = await open(at.browser, at.fixture.url);
  await page.goto(request.link);
  await page.getByRole('heading', { level: 1 }).getByText('web-shop').waitFor();
  await page.getByText('npm/left-pad').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Consent' }).count(), 0);
  await assert_accessible(page);
  assert.deepEqual(complaints, []);
  await close();
});

test('an exception is granted by exactly the scope that is shown', async () => {
  const { page, close } = await at.visit('/exceptions');
  await page.getByRole('link', { name: 'finding CVE-2026-1187' }).click();
  await settled(page);
  await page.getByRole('button', { name: 'Grant…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('registry/ledger-worker on production-1').waitFor();
  await dialog.getByText(/You grant scope [0-9a-f]{12}: 1 digest, 1 workload/).waitFor();
  await assert_accessible(page);
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).getByText('ann lets finding CVE-2026-1187').waitFor();
  await page.getByRole('button', { name: 'End it…' }).click();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).getByText('is over').waitFor();
  await close();
});

test('who asks for an exception sees first what it would cover', async () => {
  const { page, close } = await at.visit('/exceptions');
  await page.getByRole('button', { name: 'Ask for an exception…' }).click();
  await page.getByLabel('Id of the rule').fill('tests-pass');
  await page.getByLabel('Owner').fill('payments');
  await page.getByLabel('Reason').fill('the runner is down');
  await page.getByLabel('What holds instead').fill('tests ran by hand');
  await page.getByText(/It covers 1 digest and 1 workload that runs now/).waitFor();
  await assert_accessible(page);
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('lena asks to live with rule tests-pass').waitFor();
  await close();
});

test('a broken glass stays an alarm until another person has reviewed it', async () => {
  const { page, close } = await at.visit('/exceptions?view=glass');
  await page.getByRole('heading', { level: 1 }).getByText('1 break-glass').waitFor();
  await page.getByRole('button', { name: 'Review…' }).click();
  await page.getByLabel('Note').fill('right thing to do');
  await page.getByRole('button', { name: 'I have looked at it' }).click();
  await page.getByText('“right thing to do”').waitFor();
  await page.getByRole('heading', { level: 1 }).getByText('break-glass').waitFor({ state: 'detached' });
  await close();
});

test('windows stand on a calendar of weeks in a named zone; a freeze shuts at once and is thawed', async () => {
  const { page, close } = await at.visit('/windows');
  const week = page.getByRole('img', { name: /weekdays \(allow\): Mon 09:00 to Mon 17:00, Tue 09:00/ });
  await week.waitFor();
  await page.getByLabel('Time zone of the calendar').selectOption('UTC');
  await page.getByRole('img', { name: /weekdays \(allow\): Mon 0[78]:00/ }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('zone'), 'UTC');
  await page.getByRole('button', { name: 'A week later' }).click();
  await page.getByRole('button', { name: 'This week' }).click();
  await page.getByRole('button', { name: 'Freeze…' }).click();
  await page.getByLabel('Environment', { exact: true }).selectOption('staging');
  await page.getByLabel('Reason').fill('the cluster is sick');
  await page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await page.getByText('staging is frozen').first().waitFor();
  await page.getByRole('img', { name: /freeze of staging/ }).waitFor();
  await page.getByRole('button', { name: 'Thaw…' }).first().click();
  await page.getByRole('button', { name: 'Thaw', exact: true }).click();
  await page.getByText('staging is thawed').waitFor();
  await page.getByRole('button', { name: 'Override…' }).first().click();
  await page.getByLabel('Reason').fill('a hotfix');
  assert.ok(await page.getByRole('button', { name: 'Override', exact: true }).isDisabled(), 'a ticket must be given');
  await page.getByLabel('Ticket (must be given)').fill('INC-311');
  await page.getByText('while 2 people say so').waitFor();
  await assert_accessible(page);
  await close();
});
