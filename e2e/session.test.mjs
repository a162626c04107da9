// An exam session played with the keyboard alone and without JavaScript, from signing in to the parchemin handed over
// and its public verification, then the withdrawal of the decision. Nobody clicks, and nobody types an address but the
// first one: every page is reached by the links of the one before.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { aller, cocher, ecrire, entrer, lancer, navigateur } from './appli.mjs';

const compte = (nom) => `${nom}@demonstration.invalid`;
let appli;
let chromium;
before(async () => { appli = await lancer(); chromium = await navigateur(); });
after(async () => { await chromium?.close(); await appli?.arreter(); });

/** A page without JavaScript, at its one typed address; signed in by the form unless nobody is named. */
async function ouvrir(qui, adresse = '/') {
  const page = await (await chromium.newContext({ javaScriptEnabled: false })).newPage();
  // The keyboard alone: a test that would point or fill fails.
  for (const geste of ['click', 'dblclick', 'tap', 'fill', 'check', 'selectOption', 'setChecked', 'press']) page[geste] = () => { throw new Error(`${geste} : au clavier seulement`); };
  await page.goto(`${appli.adresse}${adresse}`);
  if (qui) {
    await ecrire(page, 'css:#email', compte(qui));
    await ecrire(page, 'css:#mot_de_passe', 'Un bateau passe la rivière');
    await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/connexion')), page.keyboard.press('Enter')]);
  }
  return page;
}

/** Follows the link to this address. */
const suivre = (page, chemin) => entrer(page, `css:a[href="${chemin}"]`);

/** Takes the file of a link. */
async function telecharger(page, quoi) {
  await aller(page, quoi);
  const [d] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  return readFileSync(await d.path());
}

/** From anywhere, to a session by the pages of the centre. */
async function revenir(page, session) {
  await suivre(page, '/certification');
  await entrer(page, 'Sessions');
  await suivre(page, session);
}

/** From anywhere, to a session by the pages of a juror. */
async function sieger(page, id) {
  await suivre(page, '/certification/jury');
  await suivre(page, `/certification/jury/${id}`);
}

const lu = (page) => page.textContent('main');
async function dit(page, mots) {
  const texte = (await lu(page)).replaceAll('\u00a0', ' ');
  assert.ok(texte.includes(mots) || (await page.textContent('body')).replaceAll('\u00a0', ' ').includes(mots), `« ${mots} » manque à ${page.url()} :\n${texte}`);
}

it('une session, de la planification au parchemin vérifié, au clavier et sans JavaScript', async () => {
  const centre = await ouvrir('certification');
  // Planned for today: the day a session is held is the day it opens.
  await suivre(centre, '/certification');
  await entrer(centre, 'Sessions');
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
  await sieger(jure, id);
  assert.equal((await telecharger(jure, 'Mettre les dates')).toString().slice(0, 15), 'BEGIN:VCALENDAR');
  await aller(jure, 'Votre convocation (PDF)');
  await entrer(jure, 'Mise en situation ou projet');
  await cocher(jure, 'css:input[type="radio"]');
  await ecrire(jure, 'css:textarea', 'À l’aise devant un groupe.');
  await entrer(jure, 'Enregistrer la grille');
  await dit(jure, 'La grille est enregistrée.');

  // The deliberation: only what the rules allow is offered; the first is the title.
  await entrer(centre, 'Délibérer');
  await dit(centre, 'La suite vient du jury');
  await sieger(jure, id);
  await entrer(jure, 'Délibérer');
  await dit(jure, 'Titre obtenu');
  await cocher(jure, 'css:input[name="decision"]');
  await entrer(jure, 'Enregistrer la décision');
  await dit(jure, 'La décision est enregistrée.');

  // Every member present signs by their name.
  const jure2 = await ouvrir('jure2');
  for (const [page, nom] of [[jure, 'Ondine Palette'], [jure2, 'Ferdinand Chevalet']]) {
    await sieger(page, id);
    await entrer(page, 'Lire et signer le procès-verbal');
    await ecrire(page, 'css:#nom', nom);
    await entrer(page, 'Signer le procès-verbal');
    await dit(page, 'Votre signature est enregistrée.');
  }
  await revenir(centre, session);
  await entrer(centre, 'Transmettre');
  await ecrire(centre, 'css:#numero', 'CLAVIER-1');
  await entrer(centre, 'Valider');
  await dit(centre, 'les décisions prennent effet');
  await entrer(centre, 'Notifier');

  // The documents: issued, printed all at once in the background, and the parchemin followed until it is handed over.
  await entrer(centre, 'Documents et papiers');
  await entrer(centre, 'Émettre les documents de la session');
  await dit(centre, '3 documents sont émis.');
  await entrer(centre, 'Préparer tous les documents');
  // The page comes back by itself.
  await centre.getByRole('heading', { name: 'Les documents sont prêts' }).waitFor({ timeout: 120_000 });
  assert.equal((await telecharger(centre, 'Télécharger le fichier')).subarray(0, 2).toString(), 'PK');
  await suivre(centre, `${session}/documents`);
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
  const passant = await ouvrir(null, '/verifier');
  await ecrire(passant, 'css:#code', code.toLowerCase());
  await entrer(passant, 'Vérifier');
  await dit(passant, 'Ce document est authentique et en vigueur.');
  await dit(passant, 'A. C.');
  assert.ok(!(await lu(passant)).includes('Calque'));
  await ecrire(passant, 'css:#nom', 'calque ambre');
  await entrer(passant, 'Comparer');
  await dit(passant, 'C’est bien le nom du titulaire.');

  // The decision withdrawn, with its reason: the public page says so at once.
  await revenir(centre, session);
  await entrer(centre, 'Livret');
  await entrer(centre, 'Retirer cette décision');
  await dit(centre, 'Document retiré : Parchemin');
  await dit(centre, 'passe de « titre obtenu » à « échec »');
  await ecrire(centre, 'css:#motif', 'Fraude établie après la session');
  await entrer(centre, 'Retirer la décision');
  await dit(centre, 'La décision est retirée.');
  await ecrire(passant, 'css:#nom', ' ');
  await entrer(passant, 'Comparer');
  await dit(passant, 'Ce document a été retiré');
  // And the enrolment follows.
  await revenir(centre, session);
  await entrer(centre, 'Ambre');
  await dit(centre, 'après le retrait d’une décision');
  for (const page of [centre, jure, jure2, passant]) await page.context().close();
});
