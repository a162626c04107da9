// Takes the pictures of the documentation, on the demonstration. Run by hand: node e2e/images.mjs
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connecter, lancer, navigateur } from './appli.mjs';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');
mkdirSync(join(docs, 'images'), { recursive: true });
mkdirSync(join(docs, 'guide', 'images'), { recursive: true });
const appli = await lancer();
const chromium = await navigateur();
const page = await (await chromium.newContext({ viewport: { width: 1100, height: 820 } })).newPage();
const prendre = (nom) => page.screenshot({ path: join(docs, nom) });
const lien = async (motif) => page.locator(`main a[href^="${motif}"]`).first().getAttribute('href');

await page.goto(`${appli.adresse}/connexion`);
await prendre('guide/images/index.png');
await connecter(page, appli.adresse, 'responsable@demonstration.invalid');
await page.goto(`${appli.adresse}/`);
await prendre('images/aujourdhui.png');
await prendre('guide/images/aujourdhui.png');
for (const [chemin, nom] of [['/accueil', 'accueillir'], ['/accompagnements/nouveau', 'accompagnement'], ['/bilan', 'bilan'], ['/bilan/comparaison?periode=mois_dernier', 'comparaison'], ['/bilan/liens', 'partage'], ['/compte', 'compte'], ['/equipe', 'equipe'], ['/conservation', 'conservation'], ['/reprise', 'reprise'], ['/exports', 'exporter'], ['/ateliers', 'ateliers'], ['/agenda', 'agenda'], ['/agenda/motifs', 'rendez-vous'], ['/structure/materiel', 'materiel'], ['/doublons', 'doublons'], ['/programme', 'reserver'], ['/programme/carte', 'carte'], ['/ateliers/resultats', 'evaluer-un-atelier']]) {
  await page.goto(appli.adresse + chemin);
  await prendre(`guide/images/${nom}.png`);
}
// The contact of a booking, as the team corrects it.
await page.goto(`${appli.adresse}/ateliers/seances`);
for (const seance of await page.locator('main a[href^="/ateliers/seances/0"]').evaluateAll((l) => l.map((a) => a.getAttribute('href')))) {
  await page.goto(appli.adresse + seance);
  const corriger = page.locator('main a[href$="/contact"]').first();
  if (await corriger.count()) {
    await corriger.click();
    await prendre('guide/images/contact.png');
    break;
  }
}
// The child of the demonstration has a plan, a diagnostic and a history.
await page.goto(`${appli.adresse}/personnes`);
await page.fill('input[type=search]', 'Tilio Figurant');
await page.waitForSelector('a[href^="/personnes/"]:has-text("FIGURANT")');
const dossier = await lien('/personnes/0');
await page.goto(appli.adresse + dossier);
await prendre('guide/images/personne.png');
for (const [suite, nom] of [['/diagnostic', 'diagnostic'], ['/parcours', 'parcours'], ['/orienter', 'orienter']]) {
  await page.goto(appli.adresse + dossier + suite);
  await prendre(`guide/images/${nom}.png`);
}
const admin = await (await chromium.newContext({ viewport: { width: 1100, height: 820 } })).newPage();
await connecter(admin, appli.adresse, 'administration@demonstration.invalid');
await admin.goto(`${appli.adresse}/administration/etat`);
await admin.screenshot({ path: join(docs, 'guide/images/instance.png') });
// The training centre.
const centre = await (await chromium.newContext({ viewport: { width: 1100, height: 820 } })).newPage();
await connecter(centre, appli.adresse, 'certification@demonstration.invalid');
const premier = async (motif) => centre.locator(`main a[href^="${motif}"]`).first().getAttribute('href');
await centre.goto(`${appli.adresse}/certification?etat=en_preparation`);
await centre.goto(appli.adresse + await premier('/certification/candidatures/0'));
await centre.screenshot({ path: join(docs, 'guide/images/candidature.png') });
await centre.goto(`${appli.adresse}/certification/sessions`);
const session = await premier('/certification/sessions/0');
const sessions = await centre.locator('main a[href^="/certification/sessions/0"]').evaluateAll((l) => l.map((a) => a.getAttribute('href')));
await centre.goto(appli.adresse + session);
await centre.screenshot({ path: join(docs, 'guide/images/sessions.png') });
await centre.goto(`${appli.adresse}${sessions.at(-1)}/documents`);
await centre.screenshot({ path: join(docs, 'guide/images/documents.png') });
// The form of opinions, as a visitor sees it.
await page.goto(`${appli.adresse}/accompagnements`);
await page.goto(appli.adresse + await lien('/accompagnements/0') + '/avis');
await page.click('button:has-text("Montrer un QR code")');
await page.goto(appli.adresse + new URL(await page.locator('main code').textContent()).pathname);
await prendre('guide/images/avis.png');
await chromium.close();
await appli.arreter();
