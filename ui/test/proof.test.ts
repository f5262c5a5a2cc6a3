// The browser's checks of the ledger, run on Node's WebCrypto: a sound record passes, and each kind of lie is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { from_base64, to_hex } from '../src/proof/encoding.ts';
import { decode_leaf, microseconds } from '../src/proof/leaf.ts';
import {
  check_signature,
  leaf_hash,
  parse_note,
  parse_proof,
  parse_vkey,
  root_of,
} from '../src/proof/tlog.ts';
import { Ledger } from './fixture/ledger.ts';

// RFC 6962 reference tree of the transparency log projects: leaves in hex and the root of all eight.
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const root_of_eight = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';

function ledger_of(size: number): Ledger {
  const ledger = new Ledger();
  for (let i = 0; i < size; i++) ledger.append('test', 'ann', [], { i });
  return ledger;
}

test('the hash of the empty leaf is that of RFC 6962', async () => {
  assert.equal(
    to_hex(await leaf_hash(new Uint8Array())),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
});

test('the reference tree of eight leaves has the published root', async () => {
  const hashes = await Promise.all(
    leaves.map((hex) => leaf_hash(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)))),
  );
  const { node_hash } = await import('../src/proof/tlog.ts');
  const up = async (level: Uint8Array[]): Promise<Uint8Array[]> =>
    Promise.all(
      Array.from({ length: level.length / 2 }, (_, i) =>
        node_hash(level[2 * i] as Uint8Array, level[2 * i + 1] as Uint8Array),
      ),
    );
  const [pairs] = [await up(hashes)];
  const fours = await up(pairs);
  const path = [hashes[4], pairs[3], fours[0]] as Uint8Array[];
  assert.equal(to_hex(await root_of(hashes[5] as Uint8Array, 5n, 8n, path)), root_of_eight);
});

test('every entry of every tree up to 40 entries is proven', async () => {
  for (let size = 1; size <= 40; size++) {
    const ledger = ledger_of(size);
    for (const entry of ledger.entries) {
      const proof = parse_proof(ledger.proof(entry.index));
      const root = await root_of(
        await leaf_hash(entry.leaf),
        proof.index,
        proof.note.checkpoint.size,
        proof.hashes,
      );
      assert.equal(to_hex(root), to_hex(proof.note.checkpoint.root), `entry ${entry.index} of ${size}`);
    }
  }
});

test('a changed leaf, a changed sibling and another index do not lead to the root', async () => {
  const ledger = ledger_of(13);
  const { index, hashes, note } = parse_proof(ledger.proof(6));
  const leaf = await leaf_hash(ledger.entries[6]?.leaf as Uint8Array);
  const same = async (hash: Uint8Array, at: bigint, path: Uint8Array[]) =>
    to_hex(await root_of(hash, at, 13n, path)) === to_hex(note.checkpoint.root);
  assert.ok(await same(leaf, index, hashes));
  assert.ok(!(await same(await leaf_hash(Buffer.from('other')), index, hashes)));
  assert.ok(!(await same(leaf, 7n, hashes)));
  for (const bent of hashes.keys())
    assert.ok(
      !(await same(
        leaf,
        index,
        hashes.map((each, i) => (i === bent ? each.map((byte) => byte ^ 1) : each)),
      )),
    );
});

test('a proof that is too long, too short or beyond the tree is refused', async () => {
  const { hashes } = parse_proof(ledger_of(13).proof(6));
  const leaf = new Uint8Array(32);
  await assert.rejects(root_of(leaf, 6n, 13n, hashes.slice(1)), /too short/);
  await assert.rejects(root_of(leaf, 6n, 13n, [...hashes, leaf]), /too long/);
  await assert.rejects(root_of(leaf, 13n, 13n, hashes), /beyond/);
});

test("the checkpoint's signature holds for its text and its key alone", async () => {
  const [ledger, other] = [ledger_of(5), ledger_of(5)];
  const note = ledger.checkpoint();
  const key = await parse_vkey(ledger.vkey());
  assert.equal(await check_signature(parse_note(note), key), 'good');
  assert.equal(await check_signature(parse_note(note.replace('\n5\n', '\n6\n')), key), 'bad');
  assert.equal(await check_signature(parse_note(other.checkpoint()), key), 'absent');
});

test('a key whose id does not follow from it is refused', async () => {
  const vkey = ledger_of(1).vkey();
  await assert.rejects(parse_vkey(vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')), /own id/);
  await assert.rejects(parse_vkey('nonsense'), /malformed/);
});

test('malformed proofs are refused', () => {
  const proof = ledger_of(3).proof(1);
  for (const bad of [
    '',
    'c2sp.org/tlog-proof@v2' + proof.slice(22),
    proof.replace('index 1', 'index x'),
    proof.replace('index 1', 'index 01\nAAAA'),
    proof.replace(/\n\n[^]*/, '\n'),
  ]) {
    assert.throws(() => parse_proof(bad), bad.slice(0, 40));
  }
});

test('a leaf of version 1 gives its time, subjects and commitment, and nothing else is one', () => {
  const subject = 'sha256:' + 'ab'.repeat(32);
  const entry = new Ledger().append('test', 'ann', [subject], { x: 1 }, '2026-11-22T20:56:22.706Z');
  const leaf = decode_leaf(entry.leaf);
  assert.equal(leaf.at_us, microseconds('2026-11-22T20:56:22.706Z'));
  assert.deepEqual(leaf.subjects, [subject]);
  assert.throws(() => decode_leaf(entry.leaf.subarray(1)));
  assert.throws(() => decode_leaf(Buffer.concat([entry.leaf, Buffer.of(0)])));
  assert.throws(() => decode_leaf(entry.leaf.subarray(0, 40)));
  assert.equal(microseconds('1970-01-01T00:00:01.000007Z'), 1_000_007n);
  assert.throws(() => from_base64('***'));
});
