// Large files sent where none is expected, and where one is: the answer arrives, in French, with the right
// status, even when it is decided before all was sent; the connection never hangs, and the program goes on.
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { lancer } from './appli.mjs';
import { ouvrirSession } from './programme.mjs';

const MO = 1024 * 1024;
let appli;
let cookie;
let jeton;
before(async () => {
  appli = await lancer();
  cookie = await ouvrirSession(appli.adresse, 'responsable@demonstration.invalid');
  jeton = appli.jeton('responsable');
});
after(() => appli?.arreter());

/** Sends `debut`, then zeros up to `taille`, then `fin`, as a plain client does: all of it, then reads. */
function envoyer(chemin, entetes, debut, taille, fin = '') {
  const { hostname, port, host } = new URL(appli.adresse);
  return new Promise((bien, mal) => {
    const s = connect(port, hostname);
    const minuteur = setTimeout(() => { s.destroy(); mal(new Error(`${chemin} : pas de réponse en 30 s, ${envoyes} octets envoyés, reçu « ${recu.slice(0, 200)} »`)); }, 30_000);
    let recu = '';
    let envoyes = 0;
    const finir = () => {
      clearTimeout(minuteur);
      s.destroy();
      const statut = Number(/^HTTP\/1\.1 (\d+)/.exec(recu.replace(/^HTTP\/1\.1 100[^]*?\r\n\r\n/, ''))?.[1] ?? 0);
      bien({ statut, corps: recu.slice(recu.indexOf('\r\n\r\n') + 4), tete: recu.slice(0, recu.indexOf('\r\n\r\n')) });
    };
    s.setEncoding('utf8');
    s.on('data', (d) => { recu += d; if (/<\/html>|"\}$|\}\s*$/.test(recu) || /content-length: 0\r\n/i.test(recu)) finir(); });
    s.on('error', (e) => { if (recu) finir(); else { clearTimeout(minuteur); mal(new Error(`${chemin} : ${e.message}, sans réponse lue`)); } });
    s.on('close', finir);
    const longueur = Buffer.byteLength(debut) + taille + Buffer.byteLength(fin);
    s.write(`POST ${chemin} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${appli.adresse}\r\nContent-Length: ${longueur}\r\n${Object.entries(entetes).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${debut}`);
    const morceau = Buffer.alloc(256 * 1024, 0x78);
    const suite = () => {
      while (envoyes < taille) {
        const n = Math.min(morceau.length, taille - envoyes);
        envoyes += n;
        if (!s.write(morceau.subarray(0, n))) { s.once('drain', suite); return; }
      }
      if (fin) s.write(fin);
    };
    suite();
  });
}

const fichier = (nature, nom) => [
  `--bord\r\nContent-Disposition: form-data; name="nature"\r\n\r\n${nature}\r\n--bord\r\nContent-Disposition: form-data; name="fichier"; filename="${nom}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  '\r\n--bord--\r\n',
];

for (const [quoi, chemin, type, avecSession] of [
  ['la connexion, sans compte', '/connexion', 'application/x-www-form-urlencoded', false],
  ['un formulaire', '/personnes/nouvelle', 'application/x-www-form-urlencoded', true],
  ['un formulaire qui ne prend pas de fichier', '/personnes/nouvelle', 'multipart/form-data; boundary=bord', true],
]) {
  it(`50 Mo envoyés à ${quoi} : refus lisible`, async () => {
    const r = await envoyer(chemin, { 'Content-Type': type, ...(avecSession ? { Cookie: cookie } : {}) }, 'nom=', 50 * MO);
    assert.ok([413, 400, 415].includes(r.statut), `${r.statut} ${r.tete}`);
    if (type.includes('urlencoded')) assert.equal(r.statut, 413);
    assert.match(r.corps, /<html lang="fr"/);
    assert.match(r.corps, r.statut === 413 ? /dépasse la taille acceptée/ : /illisible/i);
  });
}

it('50 Mo envoyés à l’API : un problème, 413', async () => {
  const r = await envoyer('/api/v1/personnes', { 'Content-Type': 'application/json', Authorization: `Bearer ${jeton}` }, '{"nom":"', 50 * MO, '"}');
  assert.equal(r.statut, 413, r.tete);
  assert.match(r.tete, /application\/problem\+json/);
  assert.match(r.corps, /dépasse la taille acceptée/);
});

it('50 Mo qui ne sont pas un tableau, là où un fichier est attendu : reçus, refusés à la lecture, rien d’écrit', async () => {
  const [debut, fin] = fichier('personnes', 'liste.xlsx');
  const r = await envoyer('/api/v1/imports', { 'Content-Type': 'multipart/form-data; boundary=bord', Authorization: `Bearer ${jeton}` }, debut, 50 * MO, fin);
  assert.equal(r.statut, 201, r.corps);
  const { id } = JSON.parse(r.corps);
  let vue;
  for (let i = 0; i < 200; i += 1) {
    vue = await (await fetch(`${appli.adresse}/api/v1/imports/${id}`, { headers: { authorization: `Bearer ${jeton}` } })).json();
    if (['refuse', 'apercu'].includes(vue.etat)) break;
    await new Promise((r2) => { setTimeout(r2, 100); });
  }
  assert.ok(['refuse', 'apercu'].includes(vue.etat) && vue.message, JSON.stringify(vue));
  const c = await fetch(`${appli.adresse}/api/v1/imports/${id}/confirmer`, { method: 'POST', headers: { authorization: `Bearer ${jeton}` } });
  assert.equal(c.status, 409);
});

it('101 Mo là où un fichier est attendu : refus lisible par la page et par l’API', async () => {
  const [debut, fin] = fichier('personnes', 'liste.csv');
  const page = await envoyer('/reprise', { 'Content-Type': 'multipart/form-data; boundary=bord', Cookie: cookie }, debut, 101 * MO, fin);
  assert.equal(page.statut, 413, page.tete);
  assert.match(page.corps, /<html lang="fr"/);
  const api = await envoyer('/api/v1/imports', { 'Content-Type': 'multipart/form-data; boundary=bord', Authorization: `Bearer ${jeton}` }, debut, 101 * MO, fin);
  assert.equal(api.statut, 413, api.tete);
  assert.equal((await fetch(`${appli.adresse}/health/ready`)).status, 200);
});
