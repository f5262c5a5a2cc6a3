// Checks of the ledger inside the browser: RFC 6962 hashing, C2SP tlog-proof, tlog-checkpoint, signed-note and vkey.
// Everything here works on what the server sent and on WebCrypto alone; nothing trusts the server's word.
import { equal, from_base64, joined } from './encoding.ts';

export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Uint8Array;
}
export interface Signature {
  name: string;
  key_id: Uint8Array;
  signature: Uint8Array<ArrayBuffer>;
}
export interface Note {
  text: string;
  checkpoint: Checkpoint;
  signatures: Signature[];
}
export interface Proof {
  index: bigint;
  hashes: Uint8Array[];
  note: Note;
}
export interface VerifierKey {
  name: string;
  key_id: Uint8Array;
  public_key: Uint8Array<ArrayBuffer>;
}

export class ProofError extends Error {}

const hash_size = 32;

export async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
}

export const leaf_hash = (leaf: Uint8Array) => sha256(Uint8Array.of(0), leaf);
export const node_hash = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

function decimal(text: string, what: string): bigint {
  if (!/^(0|[1-9]\d*)$/.test(text)) throw new ProofError(`${what} is not a number: ${text}`);
  return BigInt(text);
}

function hash_of(text: string): Uint8Array {
  const bytes = from_base64(text);
  if (bytes.length !== hash_size) throw new ProofError('a hash has the wrong length');
  return bytes;
}

function signature_of(line: string): Signature {
  const found = /^— (\S+) (\S+)$/.exec(line);
  if (!found) throw new ProofError('a signature line is malformed');
  const bytes = from_base64(found[2] ?? '');
  if (bytes.length < 5) throw new ProofError('a signature is too short');
  return { name: found[1] ?? '', key_id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

// The signed text ends with the newline before the blank line; origin, size and root are its first three lines.
export function parse_note(note: string): Note {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new ProofError('the checkpoint has no signatures');
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split('\n');
  if (!origin || size === undefined || root === undefined)
    throw new ProofError('the checkpoint is cut short');
  const lines = note
    .slice(split + 2)
    .split('\n')
    .filter(Boolean);
  const checkpoint = { origin, size: decimal(size, 'the size'), root: hash_of(root) };
  return { text, checkpoint, signatures: lines.map(signature_of) };
}

export function parse_proof(text: string): Proof {
  const split = text.indexOf('\n\n');
  const [first, ...rest] = text.slice(0, split < 0 ? text.length : split).split('\n');
  if (split < 0 || first !== 'c2sp.org/tlog-proof@v1') throw new ProofError('not a C2SP tlog-proof');
  const lines = rest.filter((line) => !line.startsWith('extra '));
  const index = /^index (\d+)$/.exec(lines[0] ?? '');
  if (!index) throw new ProofError('the proof names no index');
  return {
    index: decimal(index[1] ?? '', 'the index'),
    hashes: lines.slice(1).map(hash_of),
    note: parse_note(text.slice(split + 2)),
  };
}

// RFC 9162 section 2.1.3.2: the root that this leaf and these siblings lead to.
export async function root_of(
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  hashes: Uint8Array[],
): Promise<Uint8Array> {
  if (index >= size) throw new ProofError('the index lies beyond the checkpoint');
  let [fn, sn, hash] = [index, size - 1n, leaf];
  for (const sibling of hashes) {
    if (sn === 0n) throw new ProofError('the proof is too long');
    if ((fn & 1n) === 1n || fn === sn) {
      hash = await node_hash(sibling, hash);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      hash = await node_hash(hash, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  if (sn !== 0n) throw new ProofError('the proof is too short');
  return hash;
}

// `name+hex key id+base64(0x01 ‖ public key)`; the key id must follow from name and key.
export async function parse_vkey(line: string): Promise<VerifierKey> {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim());
  if (!found) throw new ProofError("the ledger's key is malformed");
  const name = found[1] ?? '';
  const key = from_base64(found[3] ?? '');
  if (key[0] !== 1 || key.length !== 33) throw new ProofError("the ledger's key is not an Ed25519 key");
  const digest = await sha256(new TextEncoder().encode(name + '\n'), key);
  const key_id = Uint8Array.from(found[2]?.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  if (!equal(digest.slice(0, 4), key_id)) throw new ProofError("the ledger's key does not match its own id");
  return { name, key_id, public_key: key.slice(1) };
}

export type Signed = 'good' | 'bad' | 'absent' | 'unable';

// Whether the key signed the note. `unable`: this browser has no Ed25519.
export async function check_signature(note: Note, key: VerifierKey): Promise<Signed> {
  const mine = note.signatures.find((found) => found.name === key.name && equal(found.key_id, key.key_id));
  if (!mine) return 'absent';
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey('raw', key.public_key, { name: 'Ed25519' }, false, ['verify']);
  } catch {
    return 'unable';
  }
  const text = new TextEncoder().encode(note.text);
  return (await crypto.subtle.verify({ name: 'Ed25519' }, imported, mine.signature, text)) ? 'good' : 'bad';
}
