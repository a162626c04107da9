// A visitor books a workshop: phone-sized screen, keyboard alone, without JavaScript, without an account or a cookie. They
// find the booking again by its code, change it for another date (the waiting list moves), and cancel.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
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
async function programmer(jours, places) {
  const jour = new Date(Date.now() + jours * 864e5).toISOString().slice(0, 10);
  const fiche = (await api('GET', '/ateliers/fiches')).elements[0].id;
  return (await api('POST', '/ateliers/seances', { fiche, titre: TITRE, dates: [{ jour, heure: '14:00' }], lieu_genre: 'public', lieu_texte: 'Salle du Modèle', places, publiee: true, forcer: true })).id;
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

it('axe ne relève rien sur ces pages, en clair et en sombre', async () => {
  const id = await programmer(5, 3);
  await programmer(6, 3);
  const r = await fetch(`${appli.adresse}/programme/atelier/${id}/reserver`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: appli.adresse, 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams({ nom: 'Axe Essai' }) });
  const lien = new URL(r.headers.get('location'), appli.adresse).pathname;
  const adresses = ['/programme', '/programme/communes', '/programme/mois', `/programme/atelier/${id}`, `/programme/atelier/${id}/reserver`, '/reservation', lien, `${lien}/changer`];
  await relire(chromium, appli.adresse, adresses.map((a) => [a, 200]));
});
