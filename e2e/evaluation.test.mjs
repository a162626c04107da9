// A workshop is evaluated on the day: attendance, tablet, gestures, signature, closing; by keyboard where people answer,
// without JavaScript, in 320 px; axe finds nothing.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { cocher, connecter, ecrire, entrer, lancer, navigateur, relever, relire, tient } from './appli.mjs';

let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** Programmes a workshop of today that began ten minutes ago, then opens its attendance sheet. */
async function programmer(page) {
  const quand = new Date(Date.now() - 10 * 60_000);
  const dit = (options) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', ...options }).format(quand);
  await page.goto(`${appli.adresse}/ateliers/seances/nouvelle?fiche=souris-clavier`);
  await page.fill('#dates', dit({ year: 'numeric', month: '2-digit', day: '2-digit' }));
  await page.fill('#heure', dit({ hour: '2-digit', minute: '2-digit' }));
  await page.fill('#duree_minutes', '15');
  await page.click('main button:has-text("Programmer")');
  if (await page.locator('#forcer').count()) {
    await page.check('#forcer');
    await page.click('main button:has-text("Programmer")');
  }
  await page.click('a:has-text("Qui est là")');
  await page.waitForSelector('h1:has-text("Qui est là")');
  for (const nom of ['Ada ESSAI', 'Basile ESSAI']) {
    await page.fill('#nom', nom);
    await page.click('button:has-text("Ajouter")');
    await page.waitForSelector(`li:has-text("${nom}")`);
  }
  return new URL(page.url()).pathname;
}

it('du jour à la clôture, chacun répond au clavier sans voir l’autre', async () => {
  const contexte = await chromium.newContext();
  const page = await contexte.newPage();
  await connecter(page, appli.adresse, 'lena@demonstration.invalid');
  const feuille = await programmer(page);
  assert.deepEqual(await relever(page), [], 'feuille');

  await page.click('a:has-text("Demander leur avis")');
  assert.deepEqual(await relever(page), [], 'avis');
  await page.click('button:has-text("Montrer un QR code")');
  await page.waitForSelector('main code');
  assert.deepEqual(await relever(page), [], 'code');
  const chemin = new URL(await page.locator('main code').textContent()).pathname;
  await page.goto(`${appli.adresse}${feuille}/evaluation`);
  const [tendue] = await Promise.all([contexte.waitForEvent('page'), page.click('button:has-text("Passer la tablette")')]);
  await tendue.waitForSelector('h1:has-text("Votre avis")');
  assert.equal(await tendue.locator('a').count(), 0);
  const tablette = new URL(tendue.url()).pathname;
  await tendue.close();

  // Somebody answers on it: 320 px, no JavaScript, the keyboard alone; then the next one.
  const autre = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const p = await autre.newPage();
  await p.goto(appli.adresse + tablette);
  for (const boite of await p.locator('.visages label, button').all()) {
    const { height, width } = await boite.boundingBox();
    assert.ok(height >= 44 && width >= 44, `cible de ${width} × ${height}`);
  }
  for (const question of ['accueil', 'utilite', 'recommandation']) {
    await cocher(p, `css:input[name="${question}"]`);
  }
  await ecrire(p, 'css:#commentaire', 'Écrit au clavier');
  await entrer(p, 'css:button');
  await p.waitForSelector('h1:has-text("Merci")');
  await p.goBack();
  assert.equal(await p.locator('#commentaire').inputValue(), '', 'le retour en arrière ne montre rien');
  assert.equal(await p.locator('input:checked').count(), 0);
  await p.goForward();
  await Promise.all([p.waitForEvent('load'), p.click('a:has-text("Personne suivante")')]);
  assert.equal(await p.locator('#commentaire').inputValue(), '');
  assert.deepEqual(await autre.cookies(), []);
  await autre.close();

  // axe, in both themes and two widths, on what people see.
  await relire(chromium, appli.adresse, [[chemin, 200], [`${chemin}/merci`, 200], ['/evaluation/inconnu', 404]]);

  // Gestures: the animator's, then the person's on the tablet.
  await page.goto(`${appli.adresse}${feuille}/gestes`);
  assert.deepEqual(await relever(page), [], 'gestes');
  assert.ok(await tient(page), 'les gestes débordent');
  await page.locator('input[name="acquis"]').first().check();
  await page.click('#gestes button:has-text("Enregistrer")');
  await page.waitForSelector('[role=status], .bandeau.succes');
  assert.equal(await page.locator('input[name="acquis"]:checked').count(), 1);
  const [mienne] = await Promise.all([contexte.waitForEvent('page'), page.locator('button:has-text("Passer la tablette")').first().click()]);
  await mienne.waitForSelector('h1:has-text("Ce que je sais faire")');
  assert.deepEqual(await relever(mienne), [], 'mes gestes');
  await mienne.locator('label:has(input[name="sait"])').first().click();
  await Promise.all([mienne.waitForEvent('load'), mienne.click('button:has-text("C’est fait")')]);
  assert.match(await mienne.textContent('main'), /rendre la tablette/);
  await mienne.close();

  // A signature drawn with the mouse, and one typed.
  await page.goto(`${appli.adresse}${feuille}/signatures`);
  assert.deepEqual(await relever(page), [], 'signatures');
  await page.locator('a:has-text("Signer")').first().click();
  await page.waitForSelector('h1:has-text("Je signe")');
  assert.deepEqual(await relever(page), [], 'signer');
  const zone = await page.locator('svg.signature').boundingBox();
  await page.mouse.move(zone.x + 20, zone.y + 60);
  await page.mouse.down();
  for (let i = 1; i < 12; i += 1) await page.mouse.move(zone.x + 20 + i * 15, zone.y + 60 + (i % 2) * 25);
  await page.mouse.up();
  await page.click('button:has-text("Je signe")');
  await page.waitForSelector('svg[aria-label^="Signature dessinée"]');
  await page.locator('a:has-text("Signer")').first().click();
  await page.fill('#nom', 'Basile');
  await page.click('button:has-text("Je signe")');
  await page.waitForSelector('p:has-text("« Basile »")');

  // Closed, with a note of one's own: the links open no more.
  await page.goto(appli.adresse + feuille);
  await page.click('summary:has-text("Ma note")');
  await page.fill('#reussi', 'Le jeu du début');
  await page.click('button:has-text("Clore la séance")');
  await page.waitForURL(/\/accompagnements\//);
  await page.goto(`${page.url().split('?')[0]}/note`);
  assert.equal(await page.locator('#reussi').inputValue(), 'Le jeu du début');
  assert.equal((await page.goto(appli.adresse + tablette)).status(), 410);
  await contexte.close();
});

it('la journée et les résultats se lisent sur un téléphone', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const contexte = await chromium.newContext({ colorScheme, viewport: { width: 320, height: 640 } });
    const page = await contexte.newPage();
    await connecter(page, appli.adresse, 'lena@demonstration.invalid');
    for (const adresse of ['/ateliers/journee?toute=oui', '/ateliers/resultats', '/ateliers/resultats?par=public', '/bilan']) {
      await page.goto(appli.adresse + adresse);
      assert.deepEqual(await relever(page), [], `${adresse} ${colorScheme}`);
      assert.ok(await tient(page), `${adresse} déborde`);
    }
    await contexte.close();
  }
});
