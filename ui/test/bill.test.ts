// What is in an artifact and how it came in, and campaigns, as a person looks for them, against the fixture server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corners } from '../src/views/campaigns/corners.ts';
import { assert_accessible, assert_fits, stage } from './support.ts';

const at = stage();
const artifact = () => `/artifacts/${at.fixture.world.artifacts[0]?.digest}`;

test('an artifact is opened level by level, also around a circle', async () => {
  const { page, close } = await at.visit(artifact());
  const bill = page.getByRole('region', { name: 'What is in it' });
  await bill.getByText('456 components, 452 asked for by itself; 1 has an open flaw').waitFor();
  assert.equal(await bill.getByRole('listitem').count(), 200);
  await bill.getByRole('button', { name: 'Read more' }).click();
  await page.waitForFunction(() => document.querySelectorAll('section[aria-label="What is in it"] li').length === 400);
  await bill.getByRole('button', { name: 'What web asks for' }).click();
  await bill.getByRole('button', { name: 'What left-pad asks for' }).click();
  await bill.getByRole('button', { name: 'What right-pad asks for' }).click();
  await bill.getByText('stands above itself: a circle').waitFor();
  assert.equal(await bill.getByRole('button', { name: 'What left-pad asks for' }).count(), 1);
  await bill.getByRole('button', { name: /1 component that no dependency names/ }).click();
  await bill.getByText('alone').waitFor();
  await assert_accessible(page);
  await close();
});

test('a search finds a flawed component, and says every way by which it came in', async () => {
  const { page, close } = await at.visit(artifact());
  const bill = page.getByRole('region', { name: 'What is in it' });
  await bill.getByLabel(/^Name, name@version/).fill('log4j');
  await bill.getByRole('link', { name: 'CVE-2021-44228 critical' }).waitFor();
  assert.equal(await bill.getByRole('listitem').count(), 1);
  await bill.getByRole('button', { name: 'how it came in' }).click();
  const ways = bill.getByRole('list', { name: 'How it came in' }).getByRole('listitem');
  await ways.first().waitFor();
  assert.deepEqual(await ways.allInnerTexts(), [
    'payments-api 2.4.1 → logging 1.1.0 → log4j-core 1.3.0',
    'payments-api 2.4.1 → web 1.0.0 → logging 1.1.0 → log4j-core 1.3.0',
  ]);
  await bill.getByLabel(/^Name, name@version/).fill('');
  await bill.getByLabel('Only with an open flaw').check();
  await bill.getByText('log4j-core').first().waitFor();
  await close();
});

test('from the list of campaigns to its owners, and to the exceptions of some', async () => {
  const { page, close } = await at.visit('/campaigns');
  await page.getByRole('heading', { level: 1 }).getByText('1 campaign is open.').waitFor();
  await page.getByRole('link', { name: 'CVE-2021-44228' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('2 owners have to act on CVE-2021-44228').waitFor();
  await page.getByRole('img', { name: '9 workloads with it when it was opened, 6 now, 9 at most' }).waitFor();
  for (const word of ['not started', 'fix released', 'rolled out']) await page.getByText(word).first().waitFor();
  await assert_fits(page);
  await assert_accessible(page);
  await page.getByRole('button', { name: 'Ask for exceptions…' }).click();
  const form = page.getByRole('dialog');
  assert.equal(await form.getByRole('checkbox').count(), 2);
  await form.getByLabel('payments: 4 workloads').check();
  await form.getByLabel('Reason').fill('no release yet');
  await form.getByLabel('What holds instead').fill('the firewall');
  await form.getByText('It asks for 1 exception').waitFor();
  await form.getByRole('button', { name: 'Ask for them' }).click();
  await page.getByText('Exceptions of CVE-2021-44228 are asked for').waitFor();
  await close();
});

test('a flaw that runs leads to a campaign about it', async () => {
  const { page, close } = await at.visit('/where?query=CVE-2021-44228');
  await page.getByRole('link', { name: 'Open a campaign…' }).click();
  await page.getByRole('textbox', { name: 'Flaw' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Flaw' }).inputValue(), 'CVE-2021-44228');
  await close();
});

test('the picture steps at its changes and leaves room for when it is due', () => {
  const points = [
    { at: '2026-01-01T00:00:00Z', running: 4 },
    { at: '2026-01-02T00:00:00Z', running: 2 },
    { at: '2026-01-03T00:00:00Z', running: 2 },
  ];
  const plain = corners(points, null, 242);
  assert.equal(plain.highest, 4);
  assert.deepEqual(plain.steps.map(([x]) => x), [34, 134, 134, 234, 234]);
  assert.ok((plain.steps[2]?.[1] ?? 0) > (plain.steps[1]?.[1] ?? 0));
  assert.equal(corners(points, '2026-01-05T00:00:00Z', 242).steps.at(-1)?.[0], 134);
  assert.equal(corners([{ at: '2026-01-01T00:00:00Z', running: 0 }], null, 242).highest, 1);
});
