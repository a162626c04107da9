// An exam session played with the keyboard alone and without JavaScript, from planning to the parchemin handed over
// and its public verification, then the withdrawal of the decision.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { cocher, connecter, ecrire, entrer, lancer, navigateur } from './appli.mjs';

const compte = (nom) => `${nom}@demonstration.invalid`;
let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** A page without JavaScript, signed in unless nobody is named. */
async function ouvrir(qui) {
  const page = await (await chromium.newContext({ javaScriptEnabled: false })).newPage();
  if (qui) await connecter(page, appli.adresse, compte(qui));
  return page;
}

const lu = (page) => page.textContent('main');
async function dit(page, mots) {
  const texte = (await lu(page)).replaceAll('\u00a0', ' ');
  assert.ok(texte.includes(mots) || (await page.textContent('body')).replaceAll('\u00a0', ' ').includes(mots), `« ${mots} » manque à ${page.url()} :\n${texte}`);
}

it('une session, de la planification au parchemin vérifié, au clavier et sans JavaScript', async () => {
  const centre = await ouvrir('certification');
  // Planned for today: the day a session is held is the day it opens.
  await centre.goto(`${appli.adresse}/certification/sessions`);
  await entrer(centre, 'Planifier une session');
  await ecrire(centre, 'css:#version', 'Médiateur');
  await cocher(centre, 'css:input[name="type_session"]');
  await ecrire(centre, 'css:#jours', new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date()));
  await entrer(centre, 'Enregistrer');
  await dit(centre, 'La session est prévue.');
  const session = new URL(centre.url()).pathname;
  const id = session.split('/').at(-1);

  // A candidate ready to sit, the jury proposed, then each step that the rules open.
  await ecrire(centre, 'css:#candidature', 'Ambre');
  await ecrire(centre, 'css:#salle', 'Salle du clavier');
  await entrer(centre, 'Inscrire le candidat');
  await dit(centre, 'Le candidat est inscrit à la session.');
  await entrer(centre, 'Prendre le jury proposé');
  await dit(centre, 'Ce jury est valable');
  await entrer(centre, 'Déclarer');
  await entrer(centre, 'Convoquer');
  await dit(centre, 'Les convocations partent par courriel.');
  await ecrire(centre, 'css:#candidat-1', 'Pr');
  for (let n = 0; n < 2; n += 1) await cocher(centre, 'css:input[name="jure"]:not(:checked)');
  await entrer(centre, 'Enregistrer l’appel');
  await entrer(centre, 'Ouvrir');
  await dit(centre, 'La session est ouverte.');

  // A member fills a grid on their tablet.
  const jure = await ouvrir('jure');
  await jure.goto(`${appli.adresse}/certification/jury/${id}`);
  await entrer(jure, 'Mise en situation ou projet');
  await cocher(jure, 'css:input[type="radio"]');
  await ecrire(jure, 'css:textarea', 'À l’aise devant un groupe.');
  await entrer(jure, 'Enregistrer la grille');
  await dit(jure, 'La grille est enregistrée.');

  // The deliberation: only what the rules allow is offered; the first is the title.
  await entrer(centre, 'Délibérer');
  await jure.goto(`${appli.adresse}/certification/jury/${id}`);
  await entrer(jure, 'Délibérer');
  await dit(jure, 'Titre obtenu');
  await cocher(jure, 'css:input[name="decision"]');
  await entrer(jure, 'Enregistrer la décision');
  await dit(jure, 'La décision est enregistrée.');

  // Every member present signs by their name.
  const jure2 = await ouvrir('jure2');
  for (const [page, nom] of [[jure, 'Ondine Palette'], [jure2, 'Ferdinand Chevalet']]) {
    await page.goto(`${appli.adresse}${session}/pv`);
    await ecrire(page, 'css:#nom', nom);
    await entrer(page, 'Signer le procès-verbal');
    await dit(page, 'Votre signature est enregistrée.');
  }
  await centre.goto(`${appli.adresse}${session}`);
  await entrer(centre, 'Transmettre');
  await ecrire(centre, 'css:#numero', 'CLAVIER-1');
  await entrer(centre, 'Valider');
  await dit(centre, 'les décisions prennent effet');
  await entrer(centre, 'Notifier');

  // The documents: issued, printed all at once in the background, and the parchemin followed until it is handed over.
  await entrer(centre, 'Documents et papiers');
  await entrer(centre, 'Émettre les documents de la session');
  await dit(centre, '3 documents sont émis.');
  const documents = centre.url();
  await entrer(centre, 'Préparer tous les documents');
  const lot = centre.url();
  for (let i = 0; i < 60 && !(await lu(centre)).includes('Les documents sont prêts'); i += 1) {
    await new Promise((r) => { setTimeout(r, 1000); });
    await centre.goto(lot);
  }
  await dit(centre, 'Les documents sont prêts');
  const zip = await centre.context().request.get(await centre.locator('a[download]').evaluate((a) => a.href));
  assert.equal((await zip.body()).subarray(0, 2).toString(), 'PK');
  await centre.goto(documents);
  const parchemin = centre.locator('li', { hasText: 'Parchemin' });
  const pid = (await parchemin.locator('a[type="application/pdf"]').getAttribute('href')).split('/').at(-2);
  for (const etat of ['demandé', 'délivré', 'remis']) {
    await entrer(centre, `css:form[action="/certification/documents/${pid}/actions"] > button.secondaire`);
    await dit(centre, `C’est noté : le document est ${etat}.`);
  }
  const pdf = await centre.context().request.get(await parchemin.locator('a[type="application/pdf"]').evaluate((a) => a.href));
  assert.equal((await pdf.body()).subarray(0, 4).toString(), '%PDF');
  const code = (await parchemin.locator('a[href^="/verifier/"]').getAttribute('href')).split('/').at(-1);

  // Anybody checks it, without an account: never the name, but whether the one typed is right.
  const passant = await ouvrir();
  await passant.goto(`${appli.adresse}/verifier`);
  await ecrire(passant, 'css:#code', code.toLowerCase());
  await entrer(passant, 'Vérifier');
  await dit(passant, 'Ce document est authentique et en vigueur.');
  await dit(passant, 'A. C.');
  assert.ok(!(await lu(passant)).includes('Calque'));
  await ecrire(passant, 'css:#nom', 'calque ambre');
  await entrer(passant, 'Comparer');
  await dit(passant, 'C’est bien le nom du titulaire.');

  // The decision withdrawn, with its reason: the public page says so at once.
  await centre.goto(`${appli.adresse}${session}`);
  await entrer(centre, 'Livret');
  await entrer(centre, 'Retirer cette décision');
  await dit(centre, 'Document retiré : Parchemin');
  await ecrire(centre, 'css:#motif', 'Fraude établie après la session');
  await entrer(centre, 'Retirer la décision');
  await dit(centre, 'La décision est retirée.');
  await passant.goto(`${appli.adresse}/verifier/${code}`);
  await dit(passant, 'Ce document a été retiré');
  for (const page of [centre, jure, jure2, passant]) await page.context().close();
});
