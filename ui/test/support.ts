// One browser and one fixture server for a test file, with what each test asks of a page.
import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibility, launch, log_in, open, type Options, type Watched } from './browser.ts';
import { start_fixture, type Fixture } from './fixture/server.ts';

export interface Stage {
  fixture: Fixture;
  browser: Browser;
  visit: (to: string, options?: Options) => Promise<Watched>;
}

// Set up before the tests of this file run; every visit gets its own context and is signed in.
export function stage(): Stage {
  const made = {} as Stage;
  const opened: Watched[] = [];
  before(async () => {
    made.fixture = await start_fixture();
    made.browser = await launch();
    made.visit = async (to, options) => {
      const watched = await open(made.browser, made.fixture.url, options);
      opened.push(watched);
      await log_in(watched.page, made.fixture.token, to);
      return watched;
    };
  });
  afterEach(async () => {
    for (const watched of opened.splice(0)) await watched.close();
  });
  after(async () => {
    await made.browser?.close();
    await made.fixture?.close();
  });
  return made;
}

export async function settled(page: Page): Promise<void> {
  await page.locator('main:not(:has([aria-busy="true"])) h1').first().waitFor(); // any number of parts may be loading
  await page.waitForLoadState('load');
}

// Goes to another view as a link of the page would, and waits until it stands.
export async function go(page: Page, to: string): Promise<void> {
  await page.evaluate(async (path) => {
    history.pushState(null, '', path);
    for (let frame = 0; frame < 2; frame++) await new Promise((done) => requestAnimationFrame(done));
  }, to);
  await settled(page);
}

export async function assert_accessible(page: Page): Promise<void> {
  const found = await accessibility(page);
  assert.deepEqual(found, [], JSON.stringify(found, null, 1));
}

export async function assert_fits(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    const wide = [...document.querySelectorAll('body *')].filter(
      (each) => each.getBoundingClientRect().right > innerWidth + 1,
    );
    return { over, wide: over > 0 ? wide.slice(0, 4).map((each) => each.outerHTML.slice(0, 160)) : [] };
  });
  assert.ok(
    found.over <= 0,
    `${page.url()} is ${found.over} px wider than the screen: ${found.wide.join('\n')}`,
  );
}
