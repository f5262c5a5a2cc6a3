// The check of one record, step by step, each told in words a person can repeat.
import { text } from '../api/client.ts';
import type { LedgerEntry } from '../api/types.ts';
import { equal, from_base64, to_hex } from './encoding.ts';
import { decode_leaf, microseconds } from './leaf.ts';
import {
  check_signature,
  leaf_hash,
  parse_proof,
  parse_vkey,
  root_of,
  sha256,
  type Proof,
  type VerifierKey,
} from './tlog.ts';

export interface Step {
  outcome: 'good' | 'bad' | 'unable';
  words: string;
}
export interface Checked {
  index: number;
  sound: boolean;
  complete: boolean;
  steps: Step[];
}

interface Seen {
  vkey: string;
  size: string;
  root: string;
  since: string;
}

const good = (words: string): Step => ({ outcome: 'good', words });
const bad = (words: string): Step => ({ outcome: 'bad', words });
const unable = (words: string): Step => ({ outcome: 'unable', words });

async function leaf_step(entry: LedgerEntry): Promise<{ hash: Uint8Array; step: Step }> {
  const leaf = from_base64(entry.leaf);
  const hash = await leaf_hash(leaf);
  const named = entry.leaf_hash.replace(/^sha256:/, '');
  const step =
    to_hex(hash) === named
      ? good(
          `The record's ${leaf.length} bytes have the leaf hash ${named.slice(0, 12)}…, as the ledger says.`,
        )
      : bad("The record's bytes do not have the leaf hash the ledger says.");
  return { hash, step };
}

// What the page shows of the record must be what its bytes say.
function content_step(entry: LedgerEntry): Step {
  const leaf = decode_leaf(from_base64(entry.leaf));
  const shown = [...entry.subjects].sort().join(' ');
  if (leaf.at_us !== microseconds(entry.at)) return bad('The time shown is not the time in the record.');
  if (leaf.subjects.join(' ') !== shown) return bad('The subjects shown are not those in the record.');
  if (entry.commitment && entry.commitment !== leaf.commitment)
    return bad('The commitment shown is not the one in the record.');
  return good('Time, subjects and commitment shown are those in the record.');
}

// The payload as the server wrote it: it stands last in the answer.
const payload_text = (answer: string) =>
  answer.slice(answer.indexOf('"payload":') + 10, answer.lastIndexOf('}'));

async function payload_step(entry: LedgerEntry, answer: string): Promise<Step | null> {
  if (entry.payload === null || entry.payload === undefined || !entry.salt || !entry.commitment) return null;
  const found = await sha256(from_base64(entry.salt), new TextEncoder().encode(payload_text(answer)));
  return `sha256:${to_hex(found)}` === entry.commitment
    ? good('Salt and payload have the hash that the record commits to.')
    : unable(
        'The payload is shown rearranged, so its hash was not checked here; `weir ledger verify` checks it.',
      );
}

async function inclusion_step(hash: Uint8Array, entry: LedgerEntry, proof: Proof): Promise<Step> {
  const { size, root } = proof.note.checkpoint;
  if (proof.index !== BigInt(entry.index)) return bad('The proof is for another record.');
  const found = await root_of(hash, proof.index, size, proof.hashes);
  return equal(found, root)
    ? good(
        `It is entry ${entry.index} of ${size}: with ${proof.hashes.length} neighbouring hashes it leads to the root of the checkpoint.`,
      )
    : bad('It does not lead to the root of the checkpoint: this record is not in the ledger as signed.');
}

async function signature_step(proof: Proof, key: VerifierKey): Promise<Step> {
  if (proof.note.checkpoint.origin !== key.name)
    return bad('The checkpoint is of another ledger than the key.');
  switch (await check_signature(proof.note, key)) {
    case 'good':
      return good(`The checkpoint is signed by the ledger's Ed25519 key of ${key.name}.`);
    case 'unable':
      return unable('Signature not checked by this browser: it has no Ed25519.');
    case 'absent':
      return bad("The checkpoint carries no signature of the ledger's key.");
    case 'bad':
      return bad("The checkpoint's signature is wrong.");
  }
}

// The browser remembers the key and the newest checkpoint it saw; a key that changes or a ledger that shrinks is told.
function memory_step(proof: Proof, vkey: string): Step {
  const { origin, size, root } = proof.note.checkpoint;
  const key = `weir.seen.${origin}`;
  const now: Seen = { vkey, size: String(size), root: to_hex(root), since: new Date().toISOString() };
  const text_before = localStorage.getItem(key);
  if (!text_before) {
    localStorage.setItem(key, JSON.stringify(now));
    return good('This browser saw this ledger for the first time and will remember its key.');
  }
  const before = JSON.parse(text_before) as Seen;
  const day = before.since.slice(0, 10);
  if (before.vkey !== vkey)
    return bad(`The ledger's key is not the one this browser remembers since ${day}.`);
  if (BigInt(before.size) > size) return good(`The key is the one this browser remembers since ${day}.`);
  if (BigInt(before.size) === size && before.root !== now.root)
    return bad('Two checkpoints of one size have different roots.');
  localStorage.setItem(key, JSON.stringify({ ...now, since: before.since }));
  return good(`The key is the one this browser remembers since ${day}.`);
}

async function steps_of(index: number): Promise<Step[]> {
  const [answer, proof_text, vkey] = await Promise.all([
    text(`ledger/entries/${index}`),
    text(`ledger/proof/${index}`),
    text('ledger/vkey'),
  ]);
  const entry = JSON.parse(answer) as LedgerEntry;
  const { hash, step } = await leaf_step(entry);
  const proof = parse_proof(proof_text);
  const key = await parse_vkey(vkey);
  const signed = await signature_step(proof, key);
  const payload = await payload_step(entry, answer);
  const steps = [
    step,
    content_step(entry),
    ...(payload ? [payload] : []),
    await inclusion_step(hash, entry, proof),
    signed,
  ];
  return signed.outcome === 'good' ? [...steps, memory_step(proof, vkey.trim())] : steps;
}

export async function check(index: number): Promise<Checked> {
  if (!globalThis.crypto?.subtle) {
    return {
      index,
      sound: false,
      complete: false,
      steps: [unable('This browser offers no WebCrypto here; open the page over https or on this machine.')],
    };
  }
  const steps = await steps_of(index).catch((error: unknown) => [
    bad(error instanceof Error ? error.message : String(error)),
  ]);
  return {
    index,
    sound: steps.every((step) => step.outcome !== 'bad'),
    complete: steps.every((step) => step.outcome === 'good'),
    steps,
  };
}
