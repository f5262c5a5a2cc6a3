// Changes of policies as proposals, as a person uses them, against the fixture server.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { assert_accessible, settled, stage } from './support.ts';

const at = stage();
beforeEach(() => {
  at.fixture.world.policy_roles = ['development', 'security'];
});

test('what enforces changes by a proposal, which its maker can only comment and withdraw', async () => {
  const { page, complaints, close } = await at.visit('/policies/production');
  await page.getByRole('textbox', { name: 'Source of production' }).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('# a word more');
  await page.getByText('It decides in production once development and security consented.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Record version/ }).count(), 0);
  await page.getByRole('button', { name: 'Propose it' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('ann proposes a change of policy production').waitFor();
  await page.getByRole('region', { name: /^Difference of proposal/ }).getByText('# a word more').waitFor();
  await page.getByText('You proposed it; others consent.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Consent/ }).count(), 0);
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('was withdrawn').waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test('a proposal shows what changes and what would flip; the last consent brings it in force', async () => {
  const { page, complaints, close } = await at.visit('/policies');
  await page.getByText('needs the consent of development and security').waitFor();
  await page.getByRole('link', { name: 'See what changes' }).click();
  await settled(page);
  await page.getByRole('heading', { level: 1 }).getByText('the consent of security is missing').waitFor();
  await page.getByText('0 lines added, 4 lines removed').waitFor();
  await page.getByRole('list', { name: 'What would flip' }).getByText('scanned: no scan was attested').waitFor();
  await page.getByRole('list', { name: 'Voices' }).getByText('“Until the new cluster stands”').waitFor();
  await page.getByText('Yours is the last consent: it is version 4 at once').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Comment' }).isDisabled(), 'a comment needs words');
  await page.getByLabel('Comment').fill('for how long?');
  await page.getByRole('button', { name: 'Comment' }).click();
  await page.getByText('“for how long?”').waitFor();
  await assert_accessible(page);
  await page.getByRole('button', { name: 'Consent as security' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('is in force as version 4').waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test('the roles whose consent a change needs are groups', async () => {
  const { page, close } = await at.visit('/policies');
  await page.getByRole('button', { name: 'Whose consent…' }).click();
  await page.getByLabel('security: ann').uncheck();
  await assert_accessible(page);
  await page.getByLabel('security: ann').check();
  await page.getByText('2 different people of development and security').waitFor();
  await page.getByRole('button', { name: 'Propose it' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('what is proposed for the named_roles').waitFor();
  await close();
});

test('what decides is detached, and its mode is set, by a proposal where roles are named', async () => {
  const { page, complaints, close } = await at.visit('/policies/production');
  await page.getByRole('button', { name: 'Detach…' }).first().click();
  await page.getByText('It holds once development and security consented.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Detach', exact: true }).count(), 0);
  await page.getByRole('button', { name: 'Propose it' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('ann proposes what is proposed for the attachment').waitFor();
  await page.getByRole('region', { name: /^Difference of proposal/ }).getByText('as proposed').waitFor();
  assert.deepEqual(complaints, []);
  await close();
  at.fixture.world.policy_roles = [];
  const free = await at.visit('/policies/production');
  await free.page.getByRole('button', { name: 'Detach…' }).first().click();
  await free.page.getByRole('button', { name: 'Detach', exact: true }).click();
  await free.page.getByText('production does not count in').waitFor();
  await free.close();
});

test('roles are named at once where none are', async () => {
  at.fixture.world.policy_roles = [];
  const { page, close } = await at.visit('/policies');
  await page.getByRole('button', { name: 'Whose consent…' }).click();
  await page.getByLabel('security: ann').check();
  await page.getByRole('button', { name: 'Name them' }).click();
  await page.getByText('A change needs the consent of security').waitFor();
  await close();
});
