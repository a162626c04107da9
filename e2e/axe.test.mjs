// Every page that links lead to, for each role, in both themes: axe finds nothing, the page holds in
// 320 px, and weighs what it may.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { connecter, lancer, navigateur, relever } from './appli.mjs';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const COMPTES = {
  anonyme: null,
  mediatrice: 'lena@demonstration.invalid',
  responsable: 'responsable@demonstration.invalid',
  coordination: 'coordination@demonstration.invalid',
  administration: 'administration@demonstration.invalid',
  certification: 'certification@demonstration.invalid',
  jure: 'jure@demonstration.invalid',
  candidate: 'candidat@demonstration.invalid',
};
// Addresses that are not pages.
const PAS_DES_PAGES = /^\/(static|health)\/|\.(pdf|csv|xlsx|json|ics)$|\/(pdf|atom|fichier)$/;

let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** Visits each kind of page once (ids and queries set aside). */
async function explorer(page, adresse, departs, visiter) {
  const vues = new Set();
  const file = [...departs];
  while (file.length) {
    const chemin = file.shift();
    const sorte = chemin.split(/[?#]/)[0].replace(UUID, '{id}').replace(/\d{4}-\d{2}-\d{2}/g, '{jour}');
    if (vues.has(sorte) || PAS_DES_PAGES.test(sorte)) continue;
    vues.add(sorte);
    const r = await page.goto(adresse + chemin);
    if (!(r.headers()['content-type'] ?? '').startsWith('text/html')) continue;
    await visiter(chemin, r);
    const liens = await page.$$eval('a[href]', (as) => as.map((a) => a.getAttribute('href')));
    file.push(...liens.filter((l) => l.startsWith('/') && !l.startsWith('//')));
  }
  return vues;
}

for (const [role, email] of Object.entries(COMPTES)) {
  for (const theme of ['light', 'dark']) {
    describe(`${role}, thème ${theme}`, () => {
      it('axe ne relève rien, aucune page ne déborde', async () => {
        const contexte = await chromium.newContext({ colorScheme: theme, viewport: theme === 'light' ? { width: 1280, height: 900 } : { width: 320, height: 640 } });
        const page = await contexte.newPage();
        const fautes = [];
        page.on('pageerror', (e) => fautes.push(`script : ${e.message}`));
        page.on('console', (m) => { if (m.type() === 'error' && !m.text().includes('404')) fautes.push(`console : ${m.text()}`); });
        page.on('request', (r) => { if (!r.url().startsWith(appli.adresse) && !r.url().startsWith('data:')) fautes.push(`tiers : ${r.url()}`); });
        if (email) await connecter(page, appli.adresse, email);
        const departs = email ? ['/', '/compte', '/style', '/page-inconnue'] : ['/connexion', '/mot-de-passe/oublie', '/accessibilite', '/donnees-personnelles', '/style', '/api/v1/docs', '/page-inconnue'];
        const vues = await explorer(page, appli.adresse, departs, async (chemin, reponse) => {
          // The bar fixed at the bottom of a phone hides by chance what is behind it: axe looks at the whole
          // page at once (the page keeps the focused field clear of it by scroll-padding).
          const { width } = page.viewportSize();
          await page.setViewportSize({ width, height: Math.min(await page.evaluate(() => document.documentElement.scrollHeight) + 100, 12_000) });
          for (const v of await relever(page)) fautes.push(`${chemin} : ${v}`);
          const e = await page.evaluate(() => ({
            deborde: document.documentElement.scrollWidth - innerWidth,
            h1: document.querySelectorAll('h1').length,
            enLigne: document.querySelectorAll('[style], script:not([src]), style').length,
          }));
          if (e.deborde > 0) fautes.push(`${chemin} : déborde de ${e.deborde} px`);
          if (e.h1 !== 1) fautes.push(`${chemin} : ${e.h1} titres h1`);
          if (e.enLigne) fautes.push(`${chemin} : style ou script en ligne`);
          if (reponse.status() >= 500) fautes.push(`${chemin} : ${reponse.status()}`);
          await page.setViewportSize({ width, height: 640 });
        });
        assert.deepEqual(fautes, []);
        assert.ok(vues.size >= (email ? 8 : 6), `${vues.size} pages vues`);
        await contexte.close();
      });
    });
  }
}

it('la première page tient dans son budget', async () => {
  const contexte = await chromium.newContext();
  const page = await contexte.newPage();
  const session = await contexte.newCDPSession(page);
  await session.send('Network.enable');
  let octets = 0;
  let demandes = 0;
  session.on('Network.loadingFinished', (e) => { octets += e.encodedDataLength; demandes += 1; });
  await page.goto(`${appli.adresse}/connexion`, { waitUntil: 'networkidle' });
  assert.ok(octets <= 60_000, `première page : ${octets} octets`);
  assert.ok(demandes <= 8, `${demandes} demandes`);
  await connecter(page, appli.adresse, COMPTES.responsable);
  for (const chemin of ['/', '/accueil', '/personnes', '/accompagnements', '/accompagnements/nouveau', '/bilan']) {
    octets = 0;
    await page.goto(appli.adresse + chemin, { waitUntil: 'networkidle' });
    assert.ok(octets <= 15_000, `${chemin} : ${octets} octets`);
  }
  await contexte.close();
});
