// Starts Passeur on a database of its own with its demonstration data, and a real Chromium.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const racine = join(dirname(fileURLToPath(import.meta.url)), '..');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the program; gives its address, the demonstration accounts it announced, and how to stop it. */
export async function lancer() {
  const dossier = mkdtempSync(join(tmpdir(), 'passeur-e2e-'));
  const programme = process.env.BINAIRE_PASSEUR ?? join(racine, 'target/debug/passeur');
  const p = spawn(programme, ['--data-dir', dossier, 'serve', '--demo', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, PASSEUR_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let sortie = '';
  let erreurs = '';
  p.stderr.on('data', (d) => { erreurs += d; });
  const adresse = await new Promise((bien, mal) => {
    const minuteur = setTimeout(() => mal(new Error(`pas prêt en 60 s\n${sortie}\n${erreurs}`)), 60_000);
    p.on('exit', (code) => mal(new Error(`arrêt (${code})\n${sortie}\n${erreurs}`)));
    p.stdout.on('data', (d) => {
      sortie += d;
      const m = /Passeur est prêt : (\S+)/.exec(sortie);
      if (m) { clearTimeout(minuteur); bien(m[1]); }
    });
  });
  const arreter = async () => {
    p.removeAllListeners('exit');
    const fin = new Promise((bien) => p.once('exit', bien));
    p.kill('SIGTERM');
    await fin;
    rmSync(dossier, { recursive: true, force: true });
  };
  return { adresse, arreter, dossier, programme, journal: () => erreurs };
}

/** A Chromium that talks to nobody but the program. */
export function navigateur() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Signs in by the form. */
export async function connecter(page, adresse, email, motDePasse = 'Un bateau passe la rivière') {
  await page.goto(`${adresse}/connexion`);
  await page.fill('#email', email);
  await page.fill('#mot_de_passe', motDePasse);
  await page.press('#mot_de_passe', 'Enter');
  await page.waitForURL((u) => !u.pathname.startsWith('/connexion'));
}

/** What axe finds on the page, in words; empty when all is well. */
export async function relever(page) {
  await page.evaluate(axe);
  const r = await page.evaluate(() => globalThis.axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'] } }));
  return r.violations.map((v) => `${v.id} (${v.impact}) ${v.help} : ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' ; ')}`);
}
