// The power goes: the program is killed in the middle of writes. Every record it acknowledged is there
// after a restart, and the bilan counts exactly what can be read. On SQLite, and on PostgreSQL when the
// tests were given a server.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amorcer, arreter, attendre, pret, programme } from './programme.mjs';

async function servir(env) {
  const p = spawn(programme(), ['serve', '--listen', '127.0.0.1:0'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  return { adresse: await pret(p), tuer: (signal) => arreter(p, signal) };
}

async function essayer(url) {
  const dossier = mkdtempSync(join(tmpdir(), 'passeur-coupure-'));
  const env = { PATH: process.env.PATH, PASSEUR_DATA_DIR: dossier, PASSEUR_LOG: 'error', ...(url ? { PASSEUR_DATABASE_URL: url } : {}) };
  const jeton = amorcer(env);
  const jour = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const entetes = { authorization: `Bearer ${jeton}`, 'content-type': 'application/json' };
  const corps = JSON.stringify({ type: 'collectif', date: jour, duree_minutes: 30, lieu_type: 'autre', thematiques: ['email'], anonymes: { total: 3 } });

  let s = await servir(env);
  const acquis = new Set();
  let ouvert = true;
  const ecrire = async () => {
    while (ouvert) {
      try {
        const r = await fetch(`${s.adresse}/api/v1/accompagnements`, { method: 'POST', headers: entetes, body: corps });
        if (r.status === 201) acquis.add((await r.json()).id);
      } catch { return; }
    }
  };
  const ecrivains = Array.from({ length: 8 }, ecrire);
  while (acquis.size < 60) await attendre(10);
  await s.tuer('SIGKILL');
  ouvert = false;
  await Promise.all(ecrivains);

  s = await servir(env);
  const lus = new Set();
  let apres = null;
  do {
    const r = await (await fetch(`${s.adresse}/api/v1/accompagnements?limite=200${apres ? `&apres=${apres}` : ''}`, { headers: entetes })).json();
    for (const e of r.elements) { lus.add(e.id); assert.equal(e.anonymes.total, 3); assert.deepEqual(e.thematiques, ['email']); }
    apres = r.suivant;
  } while (apres);
  const perdus = [...acquis].filter((id) => !lus.has(id));
  assert.deepEqual(perdus, [], `${perdus.length} enregistrements acquittés et perdus sur ${acquis.size}`);
  const b = await (await fetch(`${s.adresse}/api/v1/bilan?du=${jour}&au=${jour}`, { headers: entetes })).json();
  assert.equal(b.activites.total, lus.size);
  assert.equal(b.participations.total, 3 * lus.size);
  assert.equal(b.duree_minutes, 30 * lus.size);
  await s.tuer('SIGTERM');
  rmSync(dossier, { recursive: true, force: true });
}

it('une coupure ne perd rien de ce qui fut acquitté, sur SQLite', () => essayer(null));

it('une coupure ne perd rien de ce qui fut acquitté, sur PostgreSQL', async () => {
  const serveur = process.env.PASSEUR_ESSAI_POSTGRES;
  assert.ok(serveur, 'PASSEUR_ESSAI_POSTGRES manque : lancez scripts/test, qui démarre un serveur pour les essais');
  const base = `coupure_${process.pid}`;
  execFileSync('psql', [`${serveur}/postgres`, '-qc', `CREATE DATABASE ${base}`]);
  await essayer(`${serveur}/${base}`);
});
