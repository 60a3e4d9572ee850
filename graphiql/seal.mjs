// After the build: the page says what its script and style sheet must be (Subresource Integrity), and SHA256SUMS what
// every file is, for the test that holds the committed bundle against it.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const folder = new URL('../server/graphiql/', import.meta.url);
const digest = (kind, name, form) => createHash(kind).update(readFileSync(new URL(name, folder))).digest(form);

const page = new URL('index.html', folder);
const sealed = readFileSync(page, 'utf8').replace(
  /(?:src|href)="\.\/(graphiql\.(?:js|css))"/g,
  (link, name) => `${link} integrity="sha384-${digest('sha384', name, 'base64')}"`,
);
writeFileSync(page, sealed);

const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS').sort();
writeFileSync(new URL('SHA256SUMS', folder), names.map((name) => `${digest('sha256', name, 'hex')}  ${name}\n`).join(''));
