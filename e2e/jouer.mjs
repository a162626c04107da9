// Runs the browser tests with Node's own runner: all of them, or those whose file has a word in its name.
//
//   node e2e/jouer.mjs [MOT]
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ici = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(ici).filter((f) => f.endsWith('.test.mjs') && (!process.argv[2] || f.includes(process.argv[2]))).map((f) => join(ici, f));
if (!files.length) { console.error(`Aucun essai ne s’appelle ${process.argv[2]}.`); process.exit(1); }
run({ files, concurrency: 1, timeout: 2_400_000 })
  .on('test:fail', () => { process.exitCode = 1; })
  .compose(spec)
  .pipe(process.stdout);
