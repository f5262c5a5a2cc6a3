// Small words: digests, counts, lists.
import type { SentencePart } from '../api/types.ts';

export const short_digest = (digest: string) => digest.replace(/^sha256:/, '').slice(0, 12);

export const number = (value: number) => value.toLocaleString('en');

export const counted = (value: number, one: string, many = one + 's') =>
  `${number(value)} ${value === 1 ? one : many}`;

// "The one flow", "All 5 flows".
export const all_of = (value: number, one: string, many = one + 's') =>
  value === 1 ? `The one ${one}` : `All ${number(value)} ${many}`;

export function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  const kib = size / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

export const base_name = (path: string) => path.split('/').filter(Boolean).at(-1) ?? path;

// A sentence part by part; text that ends a clause says what to emphasise.
export const say = (text: string, link?: string, emphasis?: string): SentencePart => ({
  text,
  link,
  emphasis,
});

export const plain = (parts: SentencePart[]) => parts.map((part) => part.text).join('');
