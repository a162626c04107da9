// The main flow, played as a mediator would: with the keyboard alone, then without JavaScript.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { cocher, connecter, ecrire, entrer, lancer, navigateur } from './appli.mjs';

const MEDIATRICE = 'lena@demonstration.invalid';
let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

it('un accompagnement s’enregistre en quatre gestes, au clavier', async () => {
  const page = await (await chromium.newContext()).newPage();
  await connecter(page, appli.adresse, MEDIATRICE);
  // 1. Accueillir. 2. Aider tout de suite. 3. A thématique. 4. Enregistrer.
  await entrer(page, 'Accueillir une personne');
  await entrer(page, 'Aider tout de suite');
  assert.match(page.url(), /\/accompagnements\/nouveau/);
  await cocher(page, 'css:input[name="thematiques"]');
  await entrer(page, 'Enregistrer');
  await page.waitForSelector('text=L’accompagnement est enregistré.');
  await page.context().close();
});

it('de l’accueil au bilan, au clavier', async () => {
  const page = await (await chromium.newContext()).newPage();
  await connecter(page, appli.adresse, MEDIATRICE);
  await entrer(page, 'Personnes');
  await entrer(page, 'Nouvelle personne');
  await ecrire(page, 'css:#prenom', 'Zéphyrine');
  await ecrire(page, 'css:#nom', 'Toutàfait-Fictive');
  await entrer(page);
  await page.waitForSelector('h1:has-text("Zéphyrine")');
  const dossier = page.url().split('?')[0];

  await entrer(page, 'Entretien');
  for (let geste = 1; geste <= 8; geste += 1) {
    await cocher(page, `css:input[name="geste_${geste}"], input[name="gestes_${geste}"], input[name="g${geste}"]`);
  }
  await ecrire(page, 'css:#objectif', 'Écrire à ma famille');
  await ecrire(page, 'css:input[name^="etape"]', 'Atelier courriel');
  await cocher(page, 'css:#convenu');
  await entrer(page, 'Enregistrer');
  assert.match(page.url(), /\/diagnostics\//);

  await entrer(page, 'Faire le parcours');
  assert.match(page.url(), /parcours/);

  await page.goto(dossier);
  await entrer(page, 'Orienter');
  await cocher(page, 'css:input[name="partenaire"], select[name="partenaire"]');
  await ecrire(page, 'css:#motif', 'Dossier à instruire');
  await cocher(page, 'css:#consentement');
  await entrer(page, 'css:button.principal');
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
