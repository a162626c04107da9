// Starts Passeur on a database of its own with its demonstration data, and a real Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { MOT, arreter, commande, pret, programme } from './programme.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the program on its demonstration; gives its address, how to stop it, and tokens for its accounts. */
export async function lancer() {
  const dossier = mkdtempSync(join(tmpdir(), 'passeur-e2e-'));
  const p = spawn(programme(), ['--data-dir', dossier, 'serve', '--demo', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, PASSEUR_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let erreurs = '';
  p.stderr.on('data', (d) => { erreurs += d; });
  return {
    adresse: await pret(p),
    dossier,
    arreter: async () => { await arreter(p); rmSync(dossier, { recursive: true, force: true }); },
    jeton: (compte) => commande(programme(), ['--data-dir', dossier, 'token', 'create', '--email', `${compte}@demonstration.invalid`, '--print']).split('\n').at(-1).trim(),
    journal: () => erreurs,
  };
}

/** A Chromium that talks to nobody but the program. */
export function navigateur() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Signs in by the form. */
export async function connecter(page, adresse, email, motDePasse = MOT) {
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

/** Reads these addresses as a visitor, in both themes and two widths: each has its status, axe finds nothing, nothing overflows. */
export async function relire(navigateur, adresse, chemins) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [320, 1280]) {
      const contexte = await navigateur.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await contexte.newPage();
      for (const [chemin, statut] of chemins) {
        const ou = `${chemin} ${colorScheme} ${width}`;
        assert.equal((await page.goto(adresse + chemin)).status(), statut, ou);
        assert.deepEqual(await relever(page), [], ou);
        assert.ok(await tient(page), `${ou} déborde`);
      }
      await contexte.close();
    }
  }
}

/** Whether the page holds in the width of the screen. */
export const tient = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/** Presses Tab until what is meant has the focus: a selector after « css: », or the first words of a link or button. */
export async function aller(page, quoi, max = 300) {
  const la = () => (quoi.startsWith('css:')
    ? page.locator(quoi.slice(4)).and(page.locator(':focus')).count()
    : page.evaluate((mots) => document.activeElement !== document.body && (document.activeElement?.textContent ?? '').trim().startsWith(mots), quoi));
  for (let i = 0; i < max; i += 1) {
    if (await la()) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`introuvable au clavier : ${quoi} (${page.url()})\n${await page.textContent('main')}`);
}

/** Goes to a link or button by the keyboard and follows it; without a place, sends the form one is in. */
export async function entrer(page, quoi) {
  if (quoi) await aller(page, quoi);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

/** Goes there by the keyboard, and types. */
export async function ecrire(page, quoi, texte) {
  await aller(page, quoi);
  await page.keyboard.type(texte);
}

/** Goes there by the keyboard, and ticks. */
export async function cocher(page, quoi) {
  await aller(page, quoi);
  await page.keyboard.press('Space');
}
