// The main flow, played as a mediator would: with the keyboard alone, then without JavaScript.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { connecter, lancer, navigateur } from './appli.mjs';

const MEDIATRICE = 'lena@demonstration.invalid';
let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** Presses Tab until the element that answers to `test` (a selector, or words of a link or button) has the focus. */
async function aller(page, quoi, max = 150) {
  for (let i = 0; i < max; i += 1) {
    const la = await page.evaluate((q) => {
      const e = document.activeElement;
      if (!e || e === document.body) return false;
      if (q.startsWith('css:')) return e.matches(q.slice(4));
      return (e.textContent ?? '').trim().startsWith(q);
    }, quoi);
    if (la) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`introuvable au clavier : ${quoi} (${page.url()})`);
}

async function entrer(page, quoi) {
  await aller(page, quoi);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

it('un accompagnement s’enregistre en quatre gestes, au clavier', async () => {
  const page = await (await chromium.newContext()).newPage();
  await connecter(page, appli.adresse, MEDIATRICE);
  // 1. Accueillir. 2. Aider tout de suite. 3. A thématique. 4. Enregistrer.
  await entrer(page, 'Accueillir une personne');
  await entrer(page, 'Aider tout de suite');
  assert.match(page.url(), /\/accompagnements\/nouveau/);
  await aller(page, 'css:input[name="thematiques"]');
  await page.keyboard.press('Space');
  await aller(page, 'Enregistrer');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await page.waitForSelector('text=L’accompagnement est enregistré.');
  await page.context().close();
});

it('de l’accueil au bilan, au clavier', async () => {
  const page = await (await chromium.newContext()).newPage();
  await connecter(page, appli.adresse, MEDIATRICE);
  await entrer(page, 'Personnes');
  await entrer(page, 'Nouvelle personne');
  await aller(page, 'css:#prenom'); await page.keyboard.type('Zéphyrine');
  await aller(page, 'css:#nom'); await page.keyboard.type('Toutàfait-Fictive');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await page.waitForSelector('h1:has-text("Zéphyrine")');
  const dossier = page.url().split('?')[0];

  await entrer(page, 'Entretien');
  for (let geste = 1; geste <= 8; geste += 1) {
    await aller(page, `css:input[name="geste_${geste}"], input[name="gestes_${geste}"], input[name="g${geste}"]`);
    await page.keyboard.press('Space');
  }
  await aller(page, 'css:#objectif'); await page.keyboard.type('Écrire à ma famille');
  await aller(page, 'css:input[name^="etape"]'); await page.keyboard.type('Atelier courriel');
  await aller(page, 'css:#convenu'); await page.keyboard.press('Space');
  await aller(page, 'Enregistrer');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.match(page.url(), /\/diagnostics\//);

  await entrer(page, 'Faire le parcours');
  assert.match(page.url(), /parcours/);

  await page.goto(dossier);
  await entrer(page, 'Orienter');
  await aller(page, 'css:input[name="partenaire"], select[name="partenaire"]');
  await page.keyboard.press('Space');
  await aller(page, 'css:#motif'); await page.keyboard.type('Dossier à instruire');
  await aller(page, 'css:#consentement'); await page.keyboard.press('Space');
  await aller(page, 'css:button.principal');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.match(page.url(), /\/orientations\//);

  await page.goto(dossier);
  for (const mot of ['Diagnostic', 'Orientation']) assert.ok((await page.textContent('main')).includes(mot), mot);
  await entrer(page, 'Bilan');
  assert.ok((await page.textContent('main')).match(/participations/i));
  await page.context().close();
});

it('sans JavaScript : chercher, accueillir, enregistrer', async () => {
  const page = await (await chromium.newContext({ javaScriptEnabled: false })).newPage();
  await connecter(page, appli.adresse, MEDIATRICE);
  await page.goto(`${appli.adresse}/personnes`);
  await page.fill('input[type=search]', 'jeanne exemple');
  await page.click('button:has-text("Chercher")');
  assert.ok((await page.locator('a[href^="/personnes/"]:has-text("Jeanne EXEMPLE")').count()) >= 3, 'les homonymes');
  await page.goto(`${appli.adresse}/accompagnements/nouveau`);
  await page.click('label:has-text("Courriel") >> nth=0');
  await page.click('button:has-text("Enregistrer")');
  await page.waitForSelector('text=L’accompagnement est enregistré.');
  await page.context().close();
});

it('htmx : la recherche répond pendant la frappe, sans rien dans l’adresse', async () => {
  const page = await (await chromium.newContext()).newPage();
  const adresses = [];
  page.on('request', (r) => adresses.push(r.url()));
  await connecter(page, appli.adresse, MEDIATRICE);
  await page.goto(`${appli.adresse}/personnes`);
  await page.type('input[type=search]', 'jane exmple'.replace('jane exmple', 'jeane exemple'), { delay: 20 });
  await page.waitForSelector('a[href^="/personnes/"]:has-text("EXEMPLE")');
  assert.ok(adresses.every((a) => !/jean|exempl/i.test(a)), 'un nom dans une adresse');
  assert.ok(!/jean|exempl/i.test(appli.journal()), 'un nom dans le journal technique');
  await page.context().close();
});

it('une fiche modifiée à deux ne perd rien', async () => {
  const un = await (await chromium.newContext()).newPage();
  const deux = await (await chromium.newContext()).newPage();
  await connecter(un, appli.adresse, MEDIATRICE);
  await connecter(deux, appli.adresse, 'yanis@demonstration.invalid');
  await un.goto(`${appli.adresse}/personnes`);
  const href = await un.locator('main a[href^="/personnes/"]').filter({ hasNotText: 'Nouvelle' }).first().getAttribute('href');
  for (const p of [un, deux]) await p.goto(`${appli.adresse}${href}/modifier`);
  await un.fill('#langue', 'occitan');
  await un.click('button.principal');
  await deux.fill('#langue', 'breton');
  await deux.click('button.principal');
  assert.ok((await deux.content()).includes('breton'), 'la saisie reste');
  assert.ok((await deux.content()).includes('occitan'), 'l’autre version est dite');
});
