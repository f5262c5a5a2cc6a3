// Flaws and components, as a person looks for them, against the fixture server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WhereRow } from '../src/api/types.ts';
import { graph_of } from '../src/views/vulnerabilities/graph.ts';
import { component_words, severity_rank } from '../src/views/vulnerabilities/words.ts';
import { stage } from './support.ts';

const at = stage();

test('from the list to one flaw, to where it runs and what could not be looked at', async () => {
  const { page, close } = await at.visit('/vulnerabilities');
  await page.getByRole('heading', { level: 1 }).getByText('2 flaws are open').waitFor();
  await page.getByRole('link', { name: 'CVE-2021-44228' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('log4j-core 2.14.1 is affected by CVE-2021-44228').waitFor();
  await page.getByText('an exception').or(page.getByText('by payments')).first().waitFor();
  await page.getByRole('link', { name: 'Where it runs' }).click();
  await page.getByLabel('Flaw, package or name').fill('CVE-2021-44228');
  await page.getByRole('button', { name: 'Where' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('runs 2 times').waitFor();
  await page.getByText('ledger-worker').waitFor();
  await page.getByTitle('published on tcp 0.0.0.0:8080->80').getByText('from the network').waitFor();
  assert.match(page.url(), /query=CVE-2021-44228/);
  await close();
});

test('the most urgent comes first, with what is exploited, overdue and stated', async () => {
  const { page, close } = await at.visit('/vulnerabilities');
  await page.getByRole('region', { name: 'Backlog' }).getByText('1 overdue').waitFor();
  await page.getByText('known to be exploited').first().waitFor();
  await page.getByText('not affected', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: 'CVE-2023-5678' }).click();
  await page.getByRole('region', { name: 'How urgent it is' }).getByText('30.0 of 35').waitFor();
  await page
    .getByRole('region', { name: 'What is stated of it' })
    .getByText('vulnerable code not in execute path, says Debian; attested by ci-main')
    .waitFor();
  await close();
});

test('what is over is shown when all is asked for', async () => {
  const { page, close } = await at.visit('/vulnerabilities');
  await page.getByRole('link', { name: 'CVE-2021-44228' }).waitFor();
  assert.equal(await page.getByText('retracted').count(), 0);
  await page.getByText('All', { exact: true }).click();
  await page.getByText('retracted').first().waitFor();
  await close();
});

test('a component is found by its name and leads to where it runs', async () => {
  const { page, close } = await at.visit('/components');
  await page.getByLabel(/^Name, name@version/).fill('openssl');
  await page.getByRole('link', { name: 'openssl', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).getByText('runs 2 times').waitFor();
  await close();
});

test('an environment shows what is installed on its hosts and leads to the flaws', async () => {
  const { page, close } = await at.visit('/environments/production?view=installed');
  const hosts = page.getByRole('region', { name: 'Hosts' });
  await hosts.getByText('612 packages').waitFor();
  await hosts.getByText('no flaw known').waitFor();
  await hosts.getByRole('link', { name: '3 open flaws' }).click();
  await page.waitForURL(/vulnerabilities\?environment=production/);
  await close();
});

test('components are said by name and version, whatever their package URL holds', () => {
  assert.equal(component_words('pkg:npm/%40babel/core@7.1.0'), 'core 7.1.0');
  assert.equal(component_words('pkg:deb/debian/openssl@1%3A3.0?arch=amd64'), 'openssl 1:3.0');
  assert.equal(component_words('pkg:golang/github.com/golang-jwt/jwt/v4@v4.2.0'), 'jwt/v4 v4.2.0');
  assert.equal(component_words('pkg:generic/v2@2'), 'v2 2');
  assert.equal(component_words('pkg:generic/x%zz'), 'x%zz');
  assert.equal(component_words('left-pad 1.0'), 'left-pad 1.0');
});

test('what nobody scored stands above what is low', () => {
  const words = ['low', '', 'critical', 'none', 'medium', 'high'];
  assert.deepEqual(words.sort((a, b) => severity_rank(a) - severity_rank(b)), ['critical', 'high', 'medium', '', 'low', 'none']);
});

test('a picture of many says how many it leaves out', () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({
    component: 'pkg:npm/a@1',
    artifact: `sha256:${index}`,
    artifact_name: `api-${index}`,
    environment: index % 2 ? 'production' : 'staging',
  })) as WhereRow[];
  const graph = graph_of(rows);
  assert.deepEqual(graph.more, [0, 28, 0]);
  assert.equal(graph.columns[1]?.length, 12);
  assert.ok(graph.edges.every(([from, to]) => from && to));
});
