// What the main job promises, measured on the release build and the demonstration: ready time on an
// existing database, idle memory, server time of every page, weight of pages. Run by scripts/bench.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { arreter, attendre, mediane, memoire, ouvrirSession, pret, programme } from './programme.mjs';

const dossier = mkdtempSync(join(tmpdir(), 'passeur-mesures-'));

async function lancer(options) {
  const debut = performance.now();
  const p = spawn(programme('release'), ['--data-dir', dossier, 'serve', '--listen', '127.0.0.1:0', ...options], { env: { ...process.env, PASSEUR_LOG: 'info', PASSEUR_LOG_FORMAT: 'json' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const journal = [];
  let reste = '';
  p.stderr.on('data', (d) => { reste += d; const l = reste.split('\n'); reste = l.pop(); for (const x of l) { try { journal.push(JSON.parse(x)); } catch { /* not a line of ours */ } } });
  const adresse = await pret(p);
  return { adresse, pret: performance.now() - debut, arreter: () => arreter(p), memoire: () => memoire(p.pid, 'VmRSS'), journal };
}

await (await lancer(['--demo'])).arreter();
const prets = []; const memoires = [];
for (let i = 0; i < 5; i += 1) {
  const s = await lancer([]);
  prets.push(s.pret);
  await attendre(1500);
  memoires.push(s.memoire());
  await s.arreter();
}
console.log(`ready on an existing database: median ${mediane(prets).toFixed(0)} ms (${prets.map((p) => p.toFixed(0)).join(', ')}), process start included`);
console.log(`idle memory: median ${mediane(memoires).toFixed(0)} MB`);

const s = await lancer([]);
const cookie = await ouvrirSession(s.adresse, 'responsable@demonstration.invalid');
const lire = async (chemin) => { const x = await fetch(s.adresse + chemin, { headers: { cookie } }); return [x.status, await x.text()]; };
const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
const pages = new Map(); const file = ['/'];
while (file.length) {
  const chemin = file.shift();
  const sorte = chemin.split(/[?#]/)[0].replace(UUID, '{id}');
  if (pages.has(sorte) || /^\/(static|api|style)|\.pdf$|\/fichier$/.test(sorte)) continue;
  const [statut, html] = await lire(chemin);
  if (statut !== 200) continue;
  pages.set(sorte, { chemin, poids: gzipSync(html, { level: 1 }).length });
  for (const [, h] of html.matchAll(/href="(\/[^"]*)"/g)) file.push(h.replaceAll('&#38;', '&').replaceAll('&amp;', '&'));
}
const resultats = [];
for (const [sorte, { chemin, poids }] of pages) {
  await lire(chemin);
  const avant = s.journal.length;
  for (let i = 0; i < 15; i += 1) await lire(chemin);
  await attendre(60);
  const durees = s.journal.slice(avant).map((l) => l.fields?.duree_us).filter(Number.isFinite);
  resultats.push([sorte, mediane(durees) / 1000, Math.max(...durees) / 1000, poids]);
}
console.log(`\nserver time of ${resultats.length} pages of the demonstration (15 requests each after one to warm up), slowest first`);
console.log('| page | median ms | worst ms | HTML bytes, gzip level 1 |\n|---|---|---|---|');
for (const [sorte, m, pire, poids] of resultats.toSorted((a, b) => b[1] - a[1])) console.log(`| \`${sorte}\` | ${m.toFixed(1)} | ${pire.toFixed(1)} | ${poids} |`);
console.log(`\nmemory after reading them all: ${s.memoire().toFixed(0)} MB`);
await s.arreter();
rmSync(dossier, { recursive: true, force: true });
