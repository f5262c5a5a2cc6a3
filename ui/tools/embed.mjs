// Turns a folder of built files into one assembler file and one table for src/page: `node embed.mjs DIST OUT`.
// Files are written only when they change, so that nothing is compiled again for nothing.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

const [dist, out] = process.argv.slice(2);
if (!dist || !out) throw new Error('usage: node embed.mjs DIST OUT');
mkdirSync(out, { recursive: true });

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? files(join(folder, entry.name))
      : entry.name.startsWith('.')
        ? []
        : [join(folder, entry.name)],
  );
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

function write(name, content) {
  const path = join(out, name);
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  writeFileSync(path, content);
}

const assets = files(dist)
  .sort()
  .map((file, number) => {
    const path = '/' + relative(dist, file).replaceAll('\\', '/');
    const type = types[extname(file)];
    if (!type) throw new Error(`${path}: no content type is known for it`);
    const plain = readFileSync(file);
    const gzip = gzipSync(plain, { level: 9 });
    write(`${number}.plain`, plain);
    write(`${number}.gz`, gzip);
    return {
      number,
      path,
      type,
      plain,
      gzip,
      etag: digest(plain),
      gzip_etag: digest(gzip),
      immutable: path.startsWith('/assets/'),
    };
  });

const blob = ({ number, etag, gzip_etag }) => `
.balign 16
weir_page_${number}_plain: .incbin "${join(out, `${number}.plain`)}"  # ${etag}
.balign 16
weir_page_${number}_gzip: .incbin "${join(out, `${number}.gz`)}"  # ${gzip_etag}
.globl weir_page_${number}_plain
.globl weir_page_${number}_gzip
`;
const row = ({ number, path, type, plain, gzip, etag, gzip_etag, immutable }) =>
  `    {"${path}", "${type}", {weir_page_${number}_plain, ${plain.length}}, {weir_page_${number}_gzip, ${gzip.length}},\n` +
  `     "\\"${etag}\\"", "\\"${gzip_etag}\\"", ${immutable}},`;

write(
  'page_assets.S',
  `# Made from ui/dist by ui/tools/embed.mjs.
.section .rodata
${assets.map(blob).join('')}
.section .note.GNU-stack,"",%progbits
`,
);
write(
  'page_assets.cc',
  `// Made from ui/dist by ui/tools/embed.mjs.
#include "page/asset.h"

extern "C" {
${assets.map(({ number }) => `extern const char weir_page_${number}_plain[];\nextern const char weir_page_${number}_gzip[];`).join('\n')}
}

namespace weir::page {

std::span<const Asset> all_assets() {
  static const Asset assets[] = {
${assets.map(row).join('\n')}
  };
  return assets;
}

}  // namespace weir::page
`,
);
