// Every view, in both schemes and both widths: nothing serious for axe-core, nothing wider than the screen, and not one
// complaint of the browser under the content security policy that the server sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './browser.ts';
import { policy } from './fixture/server.ts';
import { assert_accessible, assert_fits, go, settled, stage } from './support.ts';

const at = stage();

const views = [
  '/',
  '/wall',
  '/environments',
  '/environments/production',
  '/environments/production?view=snapshots',
  '/environments/production?view=deployments',
  '/environments/production?view=watch',
  '/environments/production?view=installed',
  '/environments/production?workload=w1',
  '/flows',
  '/flows/payments-api',
  '/flows/ledger-worker/trails/v0.9.7',
  '/artifacts',
  '/artifacts/DIGEST',
  '/approvals',
  '/policies',
  '/policies/production',
  '/policies/people',
  '/policies/production?view=versions',
  '/policy-proposals/PROPOSAL',
  '/decisions',
  '/decisions/DENIED',
  '/windows',
  '/approval-requests/REQUEST',
  '/exceptions',
  '/exceptions?view=glass',
  '/exceptions/EXCEPTION',
  '/vulnerabilities',
  '/vulnerabilities/40',
  '/campaigns',
  '/campaigns/50',
  '/where',
  '/where?query=CVE-2021-44228',
  '/components?component=openssl',
  '/advisories',
  '/impact?rule=js/sql-injection',
  '/alerts',
  '/alerts?view=alerts',
  '/alerts/3',
  '/incidents/3',
  '/ledger',
  '/ledger/5',
  '/settings',
  '/integrations?name=hub',
];

const address_of = (view: string) =>
  view
    .replace('DIGEST', at.fixture.world.artifacts[0]?.digest ?? '')
    .replace('DENIED', String(at.fixture.world.decisions.find((each) => each.row.verdict === 'deny')?.entry))
    .replace('PROPOSAL', String(at.fixture.world.proposals[0]?.id))
    .replace('REQUEST', String(at.fixture.world.requests[0]?.id))
    .replace('EXCEPTION', String(at.fixture.world.exceptions[0]?.id));

for (const [scheme, width] of [
  ['light', 1600],
  ['dark', 1600],
  ['light', 360],
  ['dark', 360],
] as const) {
  test(
    `every view is accessible, fits and keeps to the policy at ${width} px in ${scheme}`,
    { timeout: 240_000 },
    async () => {
      const { page, complaints, close } = await at.visit('/', { scheme, width, height: 900 });
      for (const view of views) {
        await go(page, address_of(view));
        await assert_fits(page);
        await assert_accessible(page);
        assert.deepEqual(complaints, [], `${view}: ${complaints.join('\n')}`);
      }
      await close();
    },
  );
}

test('so is the view in which nobody has logged in yet', async () => {
  for (const [scheme, width] of [
    ['light', 1600],
    ['dark', 360],
  ] as const) {
    const { page, complaints, close } = await open(at.browser, at.fixture.url, { scheme, width, height: 900 });
    await page.goto('/');
    await page.getByLabel('Token').waitFor();
    await assert_fits(page);
    await assert_accessible(page);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test('the policy in force forbids inline styles and scripts, and the page has neither', async () => {
  const { page, close } = await at.visit('/');
  const answer = await page.request.get('/');
  assert.equal(answer.headers()['content-security-policy'], policy);
  assert.ok(!policy.includes('unsafe'));
  assert.equal(await page.locator('style').count(), 0);
  const refused = await page.evaluate(
    () =>
      new Promise<boolean>((done) => {
        document.addEventListener('securitypolicyviolation', () => done(true), { once: true });
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.head.append(style);
        setTimeout(() => done(false), 2000);
      }),
  );
  assert.ok(refused, 'an inline style must be refused, or this test proves nothing');
  await close();
});

test('nothing is loaded from elsewhere', async () => {
  const { page, close } = await at.visit('/');
  await settled(page);
  const elsewhere = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map((each) => each.name)
      .filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:')),
  );
  assert.deepEqual(elsewhere, []);
  await close();
});
