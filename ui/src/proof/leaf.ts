// Leaf v1 (docs/formats/leaf.md): what the Merkle tree holds of one entry. Integers are big-endian.
import { to_hex } from './encoding.ts';
import { ProofError } from './tlog.ts';

export interface Leaf {
  type: number;
  at_us: bigint;
  actor: string;
  subjects: string[];
  commitment: string;
}

const head = 44;
const digest = 32;
const subjects_max = 64;

// Refuses everything but the one encoding of a leaf of version 1.
export function decode_leaf(bytes: Uint8Array): Leaf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < head + digest || bytes[0] !== 1)
    throw new ProofError('the record is not a leaf of version 1');
  const count = view.getUint8(43);
  if (count > subjects_max || bytes.length !== head + digest * (count + 1))
    throw new ProofError('the record has the wrong length');
  const at = (index: number) => to_hex(bytes.slice(head + digest * index, head + digest * (index + 1)));
  return {
    type: view.getUint16(1),
    at_us: view.getBigUint64(19),
    actor: to_hex(bytes.slice(27, 43)),
    subjects: Array.from({ length: count }, (_, index) => `sha256:${at(index)}`),
    commitment: `sha256:${at(count)}`,
  };
}

// "2026-11-22T20:56:22.706123Z" in microseconds.
export function microseconds(time: string): bigint {
  const found = /^(.*?)(?:\.(\d{1,6}))?Z$/.exec(time);
  if (!found) throw new ProofError('the record shows no UTC time');
  return BigInt(Date.parse(`${found[1]}Z`)) * 1000n + BigInt((found[2] ?? '').padEnd(6, '0'));
}
