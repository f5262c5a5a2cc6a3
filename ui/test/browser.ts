// Chromium for tests: one browser, fresh pages that remember what they complained about, and the usual gestures.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
  });

export interface Options {
  scheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  reduced?: boolean;
}

export interface Watched {
  page: Page;
  complaints: string[];
  close: () => Promise<void>;
}

// A page whose console errors, uncaught errors and policy violations are collected.
export async function open(browser: Browser, url: string, options: Options = {}): Promise<Watched> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: options.scheme ?? 'light',
    viewport: { width: options.width ?? 1600, height: options.height ?? 900 },
    reducedMotion: options.reduced === false ? 'no-preference' : 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text()))
      complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { page, complaints, close: () => context.close() };
}

export async function log_in(page: Page, token: string, to = '/'): Promise<void> {
  await page.goto(to);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('banner').waitFor();
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Finding {
  id: string;
  impact: string;
  nodes: string[];
}

// What axe-core calls serious or critical on the page as it stands.
export async function accessibility(page: Page): Promise<Finding[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const results = await (
      globalThis as unknown as {
        axe: {
          run: () => Promise<{
            violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
          }>;
        };
      }
    ).axe.run();
    return results.violations.map((each) => ({
      id: each.id,
      impact: each.impact,
      nodes: each.nodes
        .slice(0, 4)
        .map((node) => `${node.html.slice(0, 220)} :: ${node.failureSummary.slice(0, 220)}`),
    }));
  });
  return found.filter((each) => each.impact === 'serious' || each.impact === 'critical');
}
