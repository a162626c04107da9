// Three nodes on one PostgreSQL and one folder of files, behind a reverse proxy that sends each request to the
// next: one is killed in the middle of work, then the database stops as if the power went, and comes back. No
// acknowledged record is lost, none is written twice, sessions hold on every node, jobs run once, nodes
// recover by themselves, and meanwhile they say in French to come back later.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { mandataire } from './mandataire.mjs';
import { portLibre, postgres } from './postgres.mjs';
import { amorcer, arreter, attendre, ouvrirSession, pret, programme } from './programme.mjs';

const jusqua = async (quoi, f, ms = 60_000) => {
  for (const fin = Date.now() + ms; Date.now() < fin;) { if (await f()) return; await attendre(50); }
  assert.fail(`jamais arrivé : ${typeof quoi === 'function' ? quoi() : quoi}`);
};

/** A node on a port of its own, which can be started again on the same. */
async function noeud(env) {
  const port = await portLibre();
  const n = { adresse: `http://127.0.0.1:${port}`, erreurs: '', morts: 0 };
  n.demarrer = async () => {
    const p = spawn(programme(), ['serve', '--listen', `127.0.0.1:${port}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    n.p = p;
    p.stderr.on('data', (d) => { n.erreurs += d; });
    p.on('exit', () => { n.morts += 1; });
    await pret(p);
  };
  n.tuer = (signal) => arreter(n.p, signal);
  await n.demarrer();
  return n;
}

/** What every answer must be while something is missing: work done, or a refusal in words. */
class Reponses {
  refus = 0;
  fautes = [];
  async noter(r, corps) {
    if (r.status === 503) {
      this.refus += 1;
      if (!/^\d+$/.test(r.headers.get('retry-after') ?? '')) this.fautes.push(`503 sans Retry-After : ${corps.slice(0, 200)}`);
      if (!corps.includes('Service momentanément indisponible') || !corps.includes('Rien de ce qui était enregistré n’est perdu')) this.fautes.push(`503 sans les mots : ${corps.slice(0, 300)}`);
    } else if (r.status >= 500 && r.status !== 502) this.fautes.push(`${r.status} : ${corps.slice(0, 300)}`);
    return r;
  }
}

it('trois nœuds : l’un est tué, la base s’arrête, rien d’acquitté n’est perdu ni doublé', { timeout: 240_000 }, async (t) => {
  const dossier = mkdtempSync(join(tmpdir(), 'passeur-noeuds-'));
  const menage = [];
  t.after(async () => { for (const f of menage.reverse()) await f(); });
  menage.push(() => rmSync(dossier, { recursive: true, force: true }));
  const pg = await postgres(join(dossier, 'pg'), 'noeuds', '-c max_connections=60');
  menage.push(() => { try { pg.arreter('immediate'); } catch { /* stopped already */ } });
  const env = {
    PATH: process.env.PATH, PASSEUR_DATABASE_URL: pg.url, PASSEUR_LOG: 'warn', PASSEUR_DATABASE_CONNECTIONS: '8',
    // One folder for all three: keys, files and mails.
    PASSEUR_DATA_DIR: join(dossier, 'donnees'),
  };
  const jeton = amorcer(env);
  const jour = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

  const noeuds = await Promise.all([noeud(env), noeud(env), noeud(env)]);
  menage.push(() => Promise.all(noeuds.map((n) => n.tuer('SIGKILL'))));
  const proxy = await mandataire(noeuds.map((n) => n.adresse));
  menage.push(() => proxy.fermer());
  const reponses = new Reponses();
  let ouvert = true;
  menage.push(() => { ouvert = false; });
  /** Through the proxy; null when nobody answered. */
  const demander = async (chemin, options) => {
    try {
      const r = await fetch(proxy.adresse + chemin, { redirect: 'manual', ...options });
      const corps = await r.text();
      return { r: await reponses.noter(r, corps), corps };
    } catch { return null; }
  };
  const api = (methode, chemin, corps, cle) => demander(`/api/v1${chemin}`, {
    method: methode, headers: { authorization: `Bearer ${jeton}`, ...(corps ? { 'content-type': 'application/json' } : {}), ...(cle ? { 'idempotency-key': cle } : {}) }, body: corps && JSON.stringify(corps),
  });
  /** Sends the same until it is acknowledged, as a patient client does. */
  const insister = async (...demande) => {
    for (;;) {
      const rep = await api(...demande);
      if (rep && [200, 201, 202].includes(rep.r.status)) return JSON.parse(rep.corps);
      assert.ok(!rep || [502, 503].includes(rep.r.status), `${demande[1]} : ${rep?.r.status} ${rep?.corps}`);
      await attendre(50);
    }
  };

  const accompagnement = (duree) => ({ type: 'collectif', date: jour, duree_minutes: duree, lieu_type: 'autre', thematiques: ['email'], anonymes: { total: 3 } });
  // By key, sent again until acknowledged: exactly one record each.
  const acquis = new Map();
  const parCle = async () => { while (ouvert) { const cle = randomUUID(); acquis.set(cle, (await insister('POST', '/accompagnements', accompagnement(30), cle)).id); } };
  // Without a key and sent once: there if acknowledged.
  const sansCle = new Set();
  const unique = async () => { while (ouvert) { const rep = await api('POST', '/accompagnements', accompagnement(31)); if (rep?.r.status === 201) sansCle.add(JSON.parse(rep.corps).id); else await attendre(20); } };
  // A person with an address, seen alone, then a mail asked for: a job each.
  let mails = 0;
  const courriels = async () => {
    while (ouvert) {
      const n = mails++;
      const { id } = await insister('POST', '/personnes', { prenom: 'Essai', nom: `Courriel ${n}`, courriel: `avis${n}@essai.invalid` }, randomUUID());
      const a = await insister('POST', '/accompagnements', { type: 'individuel', date: jour, duree_minutes: 32, lieu_type: 'autre', thematiques: ['email'], personnes: [id] }, randomUUID());
      // Asked once: without a key, an answer that was lost may hide a request that was kept.
      await api('POST', `/accompagnements/${a.id}/avis`, { moyen: 'courriel', accord: true });
      await attendre(100);
    }
  };
  const exports = [];
  const exporter = async () => { while (ouvert) { exports.push((await insister('POST', '/exports', { id: randomUUID(), contenu: 'donnees', format: 'csv', du: jour, au: jour })).id); await attendre(400); } };
  // Pages: the hidden id of the form is what makes a form sent again one record.
  const parPage = [];
  const deconnectes = [];
  const cookies = await Promise.all(Array.from({ length: 4 }, () => ouvrirSession(proxy.adresse, 'm@essai.invalid')));
  const page = async (cookie, qui) => {
    for (let n = 0; ouvert; n += 1) {
      const f = await demander('/personnes/nouvelle', { headers: { cookie } });
      if (f?.r.status === 303) deconnectes.push(f.r.headers.get('location'));
      if (f?.r.status !== 200) { await attendre(50); continue; }
      const id = /name="id" value="([^"]+)"/.exec(f.corps)[1];
      const nom = `Page ${qui} ${n}`;
      for (;;) {
        const r = await demander('/personnes/nouvelle', { method: 'POST', headers: { cookie, origin: proxy.adresse, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ id, prenom: 'Essai', nom, confirme: 'oui' }) });
        if (r?.r.status === 303) { parPage.push({ id, nom }); break; }
        if (r && ![502, 503].includes(r.r.status)) { deconnectes.push(`${r.r.status} ${r.corps.slice(0, 200)}`); break; }
        await attendre(50);
      }
    }
  };
  const travail = [
    ...Array.from({ length: 6 }, parCle), ...Array.from({ length: 3 }, unique), courriels(), exporter(), ...cookies.map(page),
  ];
  try {
    await jusqua(() => `du travail par les trois nœuds (${acquis.size}, ${sansCle.size}, ${parPage.length}, ${exports.length}) ${deconnectes[0] ?? ''} ${reponses.fautes[0] ?? ''}`, () => acquis.size >= 40 && sansCle.size >= 20 && parPage.length >= 5 && exports.length >= 2);

    // One dies in the middle of work. Work goes on by the two others.
    await noeuds[0].tuer('SIGKILL');
    let avant = acquis.size;
    await jusqua('du travail par les deux autres', () => acquis.size >= avant + 40);

    // The database stops as if the power went, and stays away for a while.
    pg.arreter('immediate');
    assert.equal((await fetch(`${noeuds[1].adresse}/health/live`)).status, 200);
    await attendre(6_000);
    const pret = await fetch(`${noeuds[1].adresse}/health/ready`);
    assert.equal(pret.status, 503);
    pg.demarrer();
    avant = acquis.size;
    const debut = Date.now();
    await jusqua('le retour des nœuds sans les relancer', async () => (await Promise.all(noeuds.slice(1).map((n) => fetch(`${n.adresse}/health/ready`)))).every((r) => r.status === 200));
    await jusqua('le retour du travail', () => acquis.size >= avant + 40);
    console.log(`base revenue : nœuds au travail en ${Date.now() - debut} ms, ${reponses.refus} réponses 503 pendant l’absence`);

    // The one that died is started again, and works.
    await noeuds[0].demarrer();
    await attendre(1_500);
  } finally {
    ouvert = false;
    await Promise.race([Promise.all(travail), new Promise((r) => { setTimeout(r, 60_000).unref(); })]);
  }
  assert.deepEqual(noeuds.map((n) => n.morts), [1, 0, 0], 'un nœud s’est arrêté de lui-même');
  assert.deepEqual(reponses.fautes, []);
  assert.ok(reponses.refus > 0, 'l’absence de la base n’a été dite à personne : l’essai ne prouve rien');

  // Sessions hold on each node, without the proxy.
  assert.deepEqual(deconnectes, []);
  for (const n of noeuds) for (const cookie of cookies) assert.equal((await fetch(`${n.adresse}/personnes`, { redirect: 'manual', headers: { cookie } })).status, 200, `session sur ${n.adresse}`);

  // Each acknowledged record is there; a key made one record.
  const lus = new Map();
  for (let apres = null; ;) {
    const r = await insister('GET', `/accompagnements?limite=200${apres ? `&apres=${apres}` : ''}`);
    for (const e of r.elements) { assert.ok(!lus.has(e.id), 'lu deux fois'); lus.set(e.id, e); }
    if (!(apres = r.suivant)) break;
  }
  const perdus = [...acquis.values(), ...sansCle].filter((id) => !lus.has(id));
  assert.deepEqual(perdus, [], `${perdus.length} enregistrements acquittés et perdus`);
  assert.equal(new Set(acquis.values()).size, acquis.size, 'deux clés ont reçu le même enregistrement');
  assert.equal([...lus.values()].filter((e) => e.duree_minutes === 30).length, acquis.size, 'une clé a fait deux enregistrements');
  for (const e of lus.values()) if (e.duree_minutes !== 32) assert.equal(e.anonymes.total, 3, 'à moitié écrit');
  assert.equal(Number(pg.lire("SELECT count(*) FROM journal WHERE objet = 'accompagnement' AND action = 'creation'")[0]), lus.size, 'le journal et les accompagnements ne disent pas le même nombre');
  const personnes = new Map(pg.lire("SELECT id, nom FROM personne WHERE nom LIKE 'Page %'").map((l) => l.split('|')));
  for (const p of parPage) assert.equal(personnes.get(p.id), p.nom, 'dossier créé par une page et perdu');
  assert.equal(new Set(personnes.values()).size, personnes.size, 'un formulaire a fait deux dossiers');

  // Jobs. What the dead node held waits for the end of its lease, what the database failed waits for its next
  // try: minutes, which the test makes pass once the nodes have nothing else to do.
  const reste = "FROM tache WHERE faite_le IS NULL AND abandonnee_le IS NULL AND (essais > 0 OR pas_avant <= now())";
  const aFaire = () => pg.lire(`SELECT count(*) ${reste}`)[0] !== '0';
  for (const fin = Date.now() + 15_000; aFaire() && Date.now() < fin;) await attendre(200);
  pg.lire("UPDATE tache SET bail = NULL, pas_avant = now() WHERE faite_le IS NULL AND essais > 0");
  await jusqua('la fin des tâches', () => !aFaire(), 60_000);
  assert.deepEqual(pg.lire('SELECT genre, erreur FROM tache WHERE abandonnee_le IS NOT NULL'), []);
  assert.deepEqual(pg.lire('SELECT nom, count(*) FROM occurrence GROUP BY 1 HAVING count(*) > 1'), []);
  const demandes = pg.lire("SELECT count(*) FROM tache WHERE genre = 'courriel_avis'")[0];
  const envoyes = readdirSync(join(dossier, 'donnees', 'courriels')).map((f) => /^To: (.*)$/m.exec(readFileSync(join(dossier, 'donnees', 'courriels', f), 'utf8'))[1].trim());
  assert.equal(new Set(envoyes).size, Number(demandes), 'un courriel demandé n’est pas parti');
  // Whoever dies between the sending and the note of it cannot know: one mail at most, of the node killed.
  assert.ok(envoyes.length - new Set(envoyes).size <= 1, `courriels en double : ${envoyes.filter((a, i) => envoyes.indexOf(a) !== i)}`);
  // The same list asked again while it is being made is the same export.
  const distincts = new Set(exports);
  for (const id of distincts) assert.equal((await insister('GET', `/exports/${id}`)).etat, 'pret');
  assert.equal(Number(pg.lire("SELECT count(*) FROM fichier WHERE etat = 'pret'")[0]), distincts.size, 'un export a fait deux fichiers');
  console.log(`${acquis.size} par clé, ${sansCle.size} sans, ${parPage.length} par page, ${envoyes.length} courriels, ${distincts.size} exports`);

  for (const n of noeuds) await n.tuer('SIGTERM');
});
