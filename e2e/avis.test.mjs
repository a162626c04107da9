// A visitor gives an opinion: 320 px, without JavaScript, with the keyboard alone, without an account.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { cocher, connecter, ecrire, entrer, lancer, navigateur, relever, relire } from './appli.mjs';

let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** The links to the form asked by a mediator: one by QR code, as the page shows it. */
async function demander(page, moyen) {
  await page.goto(`${appli.adresse}/accompagnements`);
  await page.locator('ul.lignes a[href^="/accompagnements/0"]:has-text("Collectif")').first().click();
  await page.click('a:has-text("Demander un avis")');
  await page.click(`button:has-text("${moyen}")`);
}

async function code(page) {
  await demander(page, 'Montrer un QR code');
  return new URL(await page.locator('main code').textContent()).pathname;
}

it('au clavier, en 320 px, sans JavaScript ni cookie', async () => {
  const mediatrice = await (await chromium.newContext()).newPage();
  await connecter(mediatrice, appli.adresse, 'lena@demonstration.invalid');
  const chemin = await code(mediatrice);
  await mediatrice.context().close();

  const contexte = await chromium.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const page = await contexte.newPage();
  const r = await page.goto(appli.adresse + chemin);
  assert.equal(r.status(), 200);
  // Targets of 44 px at least, large print.
  for (const boite of await page.locator('.visages label, button').all()) {
    const { height, width } = await boite.boundingBox();
    assert.ok(height >= 44 && width >= 44, `cible de ${width} × ${height}`);
  }
  assert.ok(await page.locator('.visages label').count() === 15);
  // Sent empty: the summary says the three questions, and leads to them.
  await entrer(page, 'css:button');
  assert.equal(await page.locator('.resume-erreurs a').count(), 3);
  for (const question of ['accueil', 'utilite', 'recommandation']) {
    await cocher(page, `css:input[name="${question}"]`);
    if (question === 'accueil') for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowDown');
  }
  assert.ok(await page.locator('#accueil-5').isChecked());
  await ecrire(page, 'css:#commentaire', 'Écrit au clavier');
  await entrer(page, 'css:button');
  await page.waitForSelector('h1:has-text("Merci")');
  assert.equal(await page.locator('a').count(), 0);
  assert.deepEqual(await contexte.cookies(), []);
  await contexte.close();
});

it('axe ne relève rien, en clair et en sombre, et rien ne déborde', async () => {
  const mediatrice = await (await chromium.newContext()).newPage();
  await connecter(mediatrice, appli.adresse, 'lena@demonstration.invalid');
  const chemin = await code(mediatrice);
  assert.deepEqual(await relever(mediatrice), []);
  await mediatrice.context().close();
  await relire(chromium, appli.adresse, [[chemin, 200], ['/avis/inconnu', 404]]);
});

it('la tablette passée ne mène pas au dossier', async () => {
  const contexte = await chromium.newContext();
  const page = await contexte.newPage();
  await connecter(page, appli.adresse, 'lena@demonstration.invalid');
  const [tendue] = await Promise.all([contexte.waitForEvent('page'), demander(page, 'Passer la tablette')]);
  await tendue.waitForSelector('h1:has-text("Votre avis")');
  assert.equal(await tendue.locator('a').count(), 0);
  // A new tab: there is nothing to go back to.
  assert.equal(await tendue.evaluate(() => history.length), 1);
  for (const question of ['accueil', 'utilite', 'recommandation']) await tendue.click(`label:has(input[name="${question}"][value="4"])`);
  await Promise.all([tendue.waitForEvent('load'), tendue.click('button:has-text("Envoyer")')]);
  assert.match(await tendue.textContent('main'), /rendre la tablette/);
  assert.equal(await tendue.locator('a, button').count(), 0);
  await contexte.close();
});
