// Policies and decisions, as a person uses them, against the fixture server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differing_lines, folded } from '../src/words/lines.ts';
import { path_behind, read_lines, strange_fields, values_at, type Schema } from '../src/views/policies/schema.ts';
import { policy_schema } from './fixture/routes-decide.ts';
import { assert_accessible, settled, stage } from './support.ts';

const at = stage();

const text = `apiVersion: weir/v1
rules:
  - id: tests-pass
    require:
      attestation:
        type: test
  - id: own
    require:
      rego: |
        violation contains {"msg": "x"} if {
          false: true
        }
    severity: high
tests:
- name: a
`;

test('a place in YAML is known by the keys above it', () => {
  const lines = read_lines(text);
  const paths = lines.filter((line) => line.key).map((line) => line.path.join('.'));
  assert.deepEqual(paths, [
    'apiVersion',
    'rules',
    'rules.[].id',
    'rules.[].require',
    'rules.[].require.attestation',
    'rules.[].require.attestation.type',
    'rules.[].id',
    'rules.[].require',
    'rules.[].require.rego',
    'rules.[].severity',
    'tests',
    'tests.[].name',
  ]);
  assert.deepEqual(path_behind(text, 6, '  - '), ['rules', '[]']);
  assert.deepEqual(path_behind(text, 6, '        '), ['rules', '[]', 'require', 'attestation']);
  assert.equal(path_behind(text, 10, '          '), null, 'a text has no fields');
});

test('the schema says which values and fields may stand where', () => {
  const schema = JSON.parse(policy_schema()) as Schema;
  assert.deepEqual(values_at(schema, ['rules', '[]', 'severity']), ['low', 'medium', 'high', 'critical']);
  const strange = strange_fields(schema, read_lines('rules:\n  - id: a\n    requires:\n      attestation: {}\n'));
  assert.equal(strange.length, 1);
  assert.match(strange[0]?.words ?? '', /no field 'requires' here; there is id, message/);
});

test('the difference of two texts is their shortest edit, and long equal runs are folded', () => {
  const told = (before: string, after: string) =>
    differing_lines(before, after).map((line) => ({ same: ' ', added: '+', removed: '-' })[line.kind] + line.text);
  assert.deepEqual(told('a\nb\nc\n', 'a\nx\nc\nd\n'), [' a', '-b', '+x', ' c', '+d']);
  assert.deepEqual(told('a\n', 'a\n'), [' a']);
  const long = Array.from({ length: 30 }, (_, i) => String(i)).join('\n');
  assert.deepEqual(
    folded(differing_lines(long, long + '\nend')).map((line) => line.kind),
    ['folded', 'same', 'same', 'same', 'added'],
  );
});

test('a policy is written with the help of its schema, and becomes the next version', async () => {
  const { page, complaints, close } = await at.visit('/policies/production');
  const editor = page.getByRole('textbox', { name: 'Source of production' });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('  - id: scanned\nsev');
  await page.keyboard.press('Control+Space');
  const option = page.getByRole('option', { name: /^severity/ });
  await option.click();
  await page.keyboard.type('hi');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: 'high' }).click();
  await page.getByText('It decides at once in production').waitFor();
  await page.getByText(/lines? added, 0 lines removed/).waitFor();
  await assert_accessible(page);
  await page.getByRole('button', { name: 'Simulate on 30 days' }).click();
  await page.getByText('Of 204 decisions, 1 release that could run would be held back.').waitFor();
  await page.getByRole('list', { name: 'What would flip' }).getByText('scanned: no scan was attested').waitFor();
  await page.getByRole('button', { name: 'Record version 4' }).click();
  await page.getByText('production is now version 4').waitFor();
  await page.getByText('version 4', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Versions and differences' }).click();
  await page.getByText('severity: high').first().waitFor();
  assert.equal(await page.locator('style').count(), 0, 'the editor brings no style elements');
  assert.deepEqual(complaints, []);
  await close();
});

test('to enforce a policy asks once more, and says what it does', async () => {
  const { page, close } = await at.visit('/policies/production');
  await page.getByRole('button', { name: 'Mode…' }).last().click();
  await page.getByText('enforce', { exact: true }).last().click();
  await page.getByText('may not run in staging, from now on').waitFor();
  await page.getByText('Last 30 days: Of 204 decisions, 1 release').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Set the mode' }).isDisabled());
  await page.getByLabel('Yes, production shall decide in staging').check();
  await page.getByRole('button', { name: 'Set the mode' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('staging').waitFor();
  await page.getByRole('button', { name: 'Detach…' }).last().click();
  await page.getByText('Afterwards they do not').waitFor();
  await page.getByRole('button', { name: 'Detach', exact: true }).click();
  await page.getByText('does not count in staging any more').waitFor();
  await close();
});

test('a decision says what keeps it back, who can supply it, and how to decide it again', async () => {
  const denied = at.fixture.world.decisions.find((each) => each.row.verdict === 'deny');
  const { page, close } = await at.visit('/decisions?verdict=deny');
  await page.getByRole('link', { name: 'deny' }).click();
  await settled(page);
  await page.getByRole('heading', { level: 1 }).getByText('ledger-worker may not run in production').waitFor();
  await page.getByText('3 of 88 unit tests failed').waitFor();
  await page.getByText('Run the tests in the pipeline and attest the JUnit file').waitFor();
  assert.match(await page.getByRole('list', { name: 'Rules' }).getByRole('listitem').first().innerText(), /^not met/);
  const shown = page.locator('code', { hasText: `weir decision replay ${denied?.entry}` });
  assert.ok((await shown.innerText()).includes(at.fixture.url));
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save JSON' }).click(),
  ]);
  assert.equal(JSON.parse(readFileSync(await saved.path(), 'utf8')).record.verdict, 'deny');
  await close();
});

test('a decision is decided again on the page, with the same bytes or what differs', async () => {
  const denied = at.fixture.world.decisions.find((each) => each.row.verdict === 'deny');
  const { page, close } = await at.visit(`/decisions/${denied?.entry}`);
  await page.getByRole('button', { name: 'Decide it again' }).click();
  await page.getByRole('status').getByText('The same bytes: deny').waitFor();
  await assert_accessible(page);
  at.fixture.world.replay = { same: false, difference: 'rules[0].result: satisfied, now violated' };
  await page.getByRole('button', { name: 'Decide it again' }).click();
  await page.getByText('Not the same: rules[0].result: satisfied, now violated').waitFor();
  await close();
});
