// A visitor books a workshop: phone-sized screen, keyboard alone, without JavaScript, without an account or a cookie. They
// find the booking again by its code, change it for another date (the waiting list moves), and cancel.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aller, ecrire, entrer, lancer, navigateur, relire } from './appli.mjs';

const TITRE = 'Atelier du clavier';
const TELEPHONE = { javaScriptEnabled: false, viewport: { width: 360, height: 640 } };
let appli;
let chromium;
let jeton;
before(async () => { appli = await lancer(); chromium = await navigateur(); jeton = appli.jeton('lena'); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

async function api(methode, chemin, corps) {
  const r = await fetch(`${appli.adresse}/api/v1${chemin}`, { method: methode, headers: { authorization: `Bearer ${jeton}`, 'content-type': 'application/json' }, body: corps && JSON.stringify(corps) });
  assert.ok(r.ok, `${methode} ${chemin} : ${r.status} ${await r.clone().text()}`);
  return r.json();
}

/** Programmes a séance so many days from now; gives its id. */
async function programmer(jours, places, autres = {}) {
  const jour = new Date(Date.now() + jours * 864e5).toISOString().slice(0, 10);
  const fiche = (await api('GET', '/ateliers/fiches')).elements[0].id;
  return (await api('POST', '/ateliers/seances', { fiche, titre: TITRE, dates: [{ jour, heure: '14:00' }], lieu_genre: 'public', lieu_texte: 'Salle du Modèle', places, publiee: true, forcer: true, ...autres })).id;
}

/** The text messages sent, when there is no provider: one file each. */
function lireSms() {
  const dossier = join(appli.dossier, 'sms');
  return existsSync(dossier) ? readdirSync(dossier).map((f) => readFileSync(join(dossier, f), 'utf8')) : [];
}

/** Nothing is sent between 20 h and 8 h in France. */
function heureDecente() {
  const h = Number(new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', hour: 'numeric', hourCycle: 'h23' }).format(new Date()).replace(/\D/g, ''));
  return h >= 8 && h < 19;
}

/** No sideways scroll at 320 pixels, targets a finger can reach. */
async function petitEcran(page, ou) {
  await sansDefaut(page, ou);
  // Without scripts in the page, its width is still read from outside.
  const { scrollWidth, clientWidth } = await page.locator('html').evaluate((e) => ({ scrollWidth: e.scrollWidth, clientWidth: e.clientWidth }));
  assert.ok(scrollWidth <= clientWidth, `${ou} : ${scrollWidth} pour ${clientWidth}`);
}

async function sansDefaut(page, ou) {
  const { width } = page.viewportSize();
  const boite = await page.locator('main').boundingBox();
  assert.ok(boite.x >= 0 && boite.x + boite.width <= width, `${ou} déborde`);
  for (const b of await page.locator('main button, main a.bouton').all()) {
    const { height } = await b.boundingBox();
    assert.ok(height >= 44, `${ou} : cible de ${height}`);
  }
}

async function visiteur() {
  const contexte = await chromium.newContext(TELEPHONE);
  return { contexte, page: await contexte.newPage() };
}

it('on réserve, on change, on annule, au clavier, sans JavaScript, sur un téléphone', async () => {
  const premiere = await programmer(3, 1);
  const seconde = await programmer(4, 2);

  const ada = await visiteur();
  await ada.page.goto(`${appli.adresse}/programme`);
  await entrer(ada.page, `css:main a[href="/programme/atelier/${premiere}"]`);
  await sansDefaut(ada.page, 'atelier');
  await entrer(ada.page, 'css:a:has-text("Réserver une place")');
  await sansDefaut(ada.page, 'réserver');
  // Sent empty: said, and nothing typed is lost.
  await ecrire(ada.page, 'css:#besoins', 'Gros caractères');
  await entrer(ada.page, 'css:main button:has-text("Réserver")');
  assert.equal(await ada.page.locator('.resume-erreurs a').count(), 1);
  assert.equal((await ada.page.inputValue('#besoins')).trim(), 'Gros caractères');
  await ecrire(ada.page, 'css:#nom', 'Ada Clavier');
  await entrer(ada.page, 'css:main button:has-text("Réserver")');
  await ada.page.waitForSelector('h1:has-text("Votre place est réservée")');
  await sansDefaut(ada.page, 'billet');
  const code = (await ada.page.textContent('dd strong')).trim();
  assert.match(code, /^[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}$/);

  const bob = await visiteur();
  await bob.page.goto(`${appli.adresse}/programme/atelier/${premiere}`);
  await entrer(bob.page, 'css:a:has-text("liste d’attente")');
  await ecrire(bob.page, 'css:#nom', 'Bob Clavier');
  await bob.page.keyboard.press('Enter');
  await bob.page.waitForSelector('h1:has-text("Vous êtes sur la liste d’attente")');

  // Found again by the code, in small letters and without the space.
  await ada.page.goto(`${appli.adresse}/programme`);
  await entrer(ada.page, 'css:a[href="/reservation"]');
  await ecrire(ada.page, 'css:#code', code.toLowerCase().replace(' ', ''));
  await entrer(ada.page);
  await entrer(ada.page, 'css:a:has-text("Changer de date")');
  await sansDefaut(ada.page, 'changer');
  await aller(ada.page, 'css:input[name="seance"]');
  const voulue = ada.page.locator(`input[name="seance"][value="${seconde}"]`);
  // Other dates of this workshop may be there.
  for (let i = 0; i < 12 && !(await voulue.isChecked()); i += 1) await ada.page.keyboard.press('ArrowDown');
  assert.ok(await voulue.isChecked());
  await entrer(ada.page, 'css:main button:has-text("Changer ma réservation")');
  await ada.page.waitForSelector('h1:has-text("Votre place est réservée")');

  await bob.page.reload();
  await bob.page.waitForSelector('h1:has-text("Une place est libre pour vous")');
  await entrer(bob.page, 'css:button:has-text("Accepter la place")');
  await bob.page.waitForSelector('h1:has-text("Votre place est réservée")');

  await entrer(ada.page, 'css:button:has-text("Annuler ma réservation")');
  await ada.page.waitForSelector('text=Vous avez annulé cette réservation.');
  const etats = async (id) => (await api('GET', `/ateliers/seances/${id}/reservations`)).elements.map((r) => `${r.nom} ${r.etat}`);
  assert.deepEqual(await etats(premiere), ['Bob Clavier confirmee']);
  assert.deepEqual(await etats(seconde), ['Ada Clavier annulee']);
  for (const v of [ada, bob]) {
    assert.deepEqual(await v.contexte.cookies(), []);
    await v.contexte.close();
  }
});

it('avec un téléphone seulement : on filtre, on réserve, on change d’avis par le lien du SMS, au clavier, à 320 pixels', async () => {
  const id = await programmer(7, 2, { titre: 'Atelier du petit écran', commune: '31395' });
  const seance = await api('GET', `/ateliers/seances/${id}`);
  const contexte = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const page = await contexte.newPage();
  await page.goto(`${appli.adresse}/programme`);
  await petitEcran(page, 'programme');
  // The subject with the arrows, the commune by its name, the rest left as it is.
  await aller(page, 'css:#thematique');
  for (let i = 0; i < 30 && await page.inputValue('#thematique') !== seance.thematiques[0]; i += 1) await page.keyboard.press('ArrowDown');
  assert.equal(await page.inputValue('#thematique'), seance.thematiques[0]);
  await aller(page, 'css:#commune');
  await page.keyboard.type('Muret (31)');
  await entrer(page, 'css:main button:has-text("Voir les ateliers")');
  assert.equal(await page.locator('main li a[href^="/programme/atelier/"]').count(), 1, 'le filtre ne laisse que cet atelier');
  await petitEcran(page, 'programme filtré');
  await entrer(page, `css:main a[href="/programme/atelier/${id}"]`);
  await petitEcran(page, 'atelier');
  await entrer(page, 'css:a:has-text("Réserver une place")');
  await petitEcran(page, 'réserver');
  await aller(page, 'css:#nom');
  await page.keyboard.type('Téo Pouce');
  await aller(page, 'css:#telephone');
  await page.keyboard.type('06 00 00 00 07');
  await entrer(page, 'css:main button:has-text("Réserver")');
  await page.waitForSelector('h1:has-text("Votre place est réservée")');
  await petitEcran(page, 'billet');
  assert.match((await page.textContent('dd strong')).trim(), /^[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}$/);
  const main = await page.textContent('main');
  assert.ok(main.includes('Un SMS vous le rappelle') && main.includes('Téo Pouce'), main);
  let lien = new URL(page.url()).pathname;
  if (heureDecente()) {
    let sms;
    for (let i = 0; i < 100 && !sms; i += 1) {
      sms = lireSms().find((t) => t.startsWith('+33600000007') && t.includes('petit écran'));
      if (!sms) await new Promise((bien) => { setTimeout(bien, 200); });
    }
    assert.ok(sms, 'le SMS est parti');
    const recu = new URL(sms.match(/https?:\S+/)[0]).pathname;
    assert.notEqual(recu, lien, 'chaque message a son lien');
    lien = recu;
  }
  await contexte.close();

  // Later, on the same small telephone: the link alone, which nobody guesses, opens the booking.
  const apres = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const plus = await apres.newPage();
  await plus.goto(appli.adresse + lien);
  await entrer(plus, 'css:a:has-text("Changer de date ou de contact")');
  await petitEcran(plus, 'changer');
  await aller(plus, 'css:#telephone');
  await plus.keyboard.press('Control+A');
  await plus.keyboard.type('12');
  await entrer(plus, 'css:main button:has-text("Changer ma réservation")');
  assert.equal(await plus.inputValue('#telephone'), '12', 'ce qui est refusé n’est pas perdu');
  assert.equal(await plus.locator('.resume-erreurs a').count(), 1);
  await petitEcran(plus, 'changer refusé');
  await aller(plus, 'css:#telephone');
  await plus.keyboard.press('Control+A');
  await plus.keyboard.type('06 00 00 00 08');
  await entrer(plus, 'css:main button:has-text("Changer ma réservation")');
  await plus.waitForSelector('h1:has-text("Votre place est réservée")');
  await entrer(plus, 'css:button:has-text("Annuler ma réservation")');
  await plus.waitForSelector('text=Vous avez annulé cette réservation.');
  const [r] = (await api('GET', `/ateliers/seances/${id}/reservations`)).elements;
  assert.deepEqual([r.nom, r.telephone, r.etat], ['Téo Pouce', '06 00 00 00 08', 'annulee']);
  assert.deepEqual(await apres.cookies(), []);
  await apres.close();
});

it('la carte se parcourt au clavier et mène aux ateliers du lieu', async () => {
  await programmer(8, 2, { commune: '33063' });
  const contexte = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const page = await contexte.newPage();
  await page.goto(`${appli.adresse}/programme`);
  await entrer(page, 'css:main a[href="/programme/carte"]');
  await petitEcran(page, 'carte');
  assert.equal(await page.locator('.territoire svg:visible').count(), 1, 'un dessin, celui des petits écrans');
  const contours = await page.locator('.territoire svg:visible use.ici').evaluate((e) => ({ large: e.getBBox().width, fond: getComputedStyle(e).fill }));
  assert.ok(contours.large > 100 && contours.fond !== 'rgb(0, 0, 0)', `les contours sont là, de la couleur du thème : ${JSON.stringify(contours)}`);
  const repere = '.territoire svg:visible a[aria-label^="Bordeaux"]';
  const boite = await page.locator(repere).locator('circle').boundingBox();
  assert.ok(boite.width >= 24 && boite.height >= 24, `repère de ${boite.width}`);
  await entrer(page, `css:${repere}`);
  assert.equal(new URL(page.url()).search, '?commune=33063');
  assert.ok(await page.locator('main a[href^="/programme/atelier/"]').count() >= 1);
  await contexte.close();
});

it('axe ne relève rien sur ces pages, en clair et en sombre', async () => {
  const id = await programmer(5, 3);
  await programmer(6, 3);
  const r = await fetch(`${appli.adresse}/programme/atelier/${id}/reserver`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: appli.adresse, 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams({ nom: 'Axe Essai' }) });
  const lien = new URL(r.headers.get('location'), appli.adresse).pathname;
  const adresses = ['/programme', '/programme/carte', '/programme/carte?departement=31', '/programme/mois', `/programme/atelier/${id}`, `/programme/atelier/${id}/reserver`, '/reservation', lien, `${lien}/changer`];
  await relire(chromium, appli.adresse, adresses.map((a) => [a, 200]));
});
