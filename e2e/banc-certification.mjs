// Measures of the certification on the release build: a session of many candidates recomputed in one request, the
// public page of verification against the bare page, the documents of the whole session in the background.
// Run by scripts/bench; needs wrk for the verification page. Prints Markdown for docs/benchmarks.md.
//
//   node e2e/banc-certification.mjs [--candidats 300] [--secondes 10] [--moteurs sqlite,postgres]
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { postgres } from './postgres.mjs';

const racine = join(dirname(fileURLToPath(import.meta.url)), '..');
const programme = process.env.BINAIRE_PASSEUR ?? join(racine, 'target/release/passeur');
const { values: o } = parseArgs({ options: {
  candidats: { type: 'string', default: '300' }, secondes: { type: 'string', default: '10' }, moteurs: { type: 'string', default: 'sqlite,postgres' },
} });
const N = Number(o.candidats);
const MOT = 'Un bateau mesure la rivière';
const TITRE = 'mediateur-numerique-2025';
const dire = (t) => process.stderr.write(`${t}\n`);
const mediane = (v) => v.toSorted((a, b) => a - b)[Math.floor(v.length / 2)];
const avant = (jours) => new Date(Date.now() - jours * 86_400_000).toISOString().slice(0, 10);

async function moteur(nom, dossier) {
  const donnees = join(dossier, nom);
  mkdirSync(donnees, { recursive: true });
  const pg = nom === 'postgres' ? await postgres(join(dossier, 'pg'), 'banc', '-c shared_buffers=1GB') : null;
  const base = ['--database-url', pg?.url ?? `sqlite://${donnees}/passeur.db`, '--data-dir', donnees];
  const passeur = (args, entree) => {
    const r = spawnSync(programme, [...base, ...args], { input: entree ?? '', encoding: 'utf8' });
    if (r.status !== 0) throw new Error(`passeur ${args.join(' ')} : ${r.stderr}`);
    return r.stdout.trim();
  };
  let serveur;
  try {
    passeur(['migrate']);
    const structure = passeur(['structure', 'add', '--nom', 'Centre de mesure inventé']);
    const jetons = {};
    for (const [qui, role] of [['gestion', 'certification'], ['jure1', 'jure'], ['jure2', 'jure'], ['responsable', 'responsable']]) {
      passeur(['user', 'add', '--email', `${qui}@exemple.invalid`, '--nom', `Banc ${qui}`, '--role', role, '--structure', structure, '--password-stdin'], `${MOT}\n`);
      jetons[qui] = passeur(['token', 'create', '--email', `${qui}@exemple.invalid`, '--scope', 'tout', '--print']).split('\n').at(-1).trim();
    }
    const p = spawn(programme, [...base, 'serve', '--listen', '127.0.0.1:0'], { env: { ...process.env, PASSEUR_ESSAI_PAGE_NUE: '1', PASSEUR_LOG: 'warn', PASSEUR_API_REQUESTS_PER_MINUTE: '100000000' }, stdio: ['ignore', 'pipe', 'inherit'] });
    serveur = p;
    const adresse = await new Promise((bien, mal) => {
      let s = '';
      p.once('exit', () => mal(new Error(`le serveur s’est arrêté : ${s}`)));
      p.stdout.on('data', (d) => { s += d; const m = /Passeur est prêt : (\S+)/.exec(s); if (m) bien(m[1]); });
    });
    const api = async (methode, chemin, corps, jeton = jetons.gestion) => {
      const r = await fetch(`${adresse}/api/v1${chemin}`, { method: methode, headers: { authorization: `Bearer ${jeton}`, ...(corps ? { 'content-type': 'application/json' } : {}) }, body: corps ? JSON.stringify(corps) : undefined });
      const texte = await r.text();
      if (!r.ok) throw new Error(`${methode} ${chemin} : ${r.status} ${texte}`);
      return texte ? JSON.parse(texte) : null;
    };

    // The centre, its jury, its candidates: by the API, as a centre would send them.
    dire(`# ${nom} : ${N} candidats`);
    const debut = performance.now();
    const formulaire = (chemin, champs, cookie = '') => fetch(adresse + chemin, { method: 'POST', redirect: 'manual', headers: { cookie, origin: adresse }, body: new URLSearchParams(champs) });
    const entree = await formulaire('/connexion', { email: 'responsable@exemple.invalid', mot_de_passe: MOT });
    await formulaire('/structure/lieux/nouveau', { nom: 'Plateau de mesure', actif: 'oui' }, entree.headers.getSetCookie().map((c) => c.split(';')[0]).join('; '));
    const lieu = (await api('GET', '/lieux', null, jetons.responsable)).elements[0].id;
    await api('POST', '/certification/agrements', { lieu, version: TITRE, debut: avant(700) });
    const jures = [];
    for (const qui of ['jure1', 'jure2']) {
      const utilisateur = passeur(['user', 'list']).split('\n').map((x) => x.split('\t')).find((x) => x[1] === `${qui}@exemple.invalid`)[0];
      const j = await api('POST', '/certification/jures', { prenom: 'Banc', nom: qui, utilisateur, pratique_annees: 8 });
      await api('POST', `/certification/jures/${j.id}/habilitations`, { version: TITRE, debut: avant(600) });
      jures.push(j.id);
    }
    const jour = new Date().toISOString().slice(0, 10);
    const session = (await api('POST', '/certification/sessions', { lieu, version: TITRE, type_session: 'titre', jours: [jour] })).id;
    const passages = [];
    const un = async (n) => {
      const nomme = `Inventé${n}`;
      const candidat = (await api('POST', '/certification/candidats', { prenom: 'Candidat', nom: nomme, employeur: `Employeur ${n % 40}` })).id;
      const c = (await api('POST', '/certification/candidatures', { candidat, version: TITRE, voie: 'formation_continue', formation_debut: avant(300), formation_fin: avant(60) })).id;
      for (const action of ['deposer', 'preparer']) await api('POST', `/certification/candidatures/${c}/actions`, { action });
      for (const unite of ['ccp-1', 'ccp-2']) {
        const [a, b] = ['Une Évaluatrice', 'Un Évaluateur'];
        await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'evaluation', unite, jour: avant(70), competences: [`${unite}-c1`], satisfait: true, evaluateur_1: a, evaluateur_2: b });
        await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'synthese', unite, jour: avant(65), satisfait: true, synthese: 'Acquis.', evaluateurs: [a, b] });
        await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'exemple', unite, intitule: 'Atelier', taches: 'Animer', moyens: 'Postes', avec_qui: 'Seul', contexte: 'Lieu', periode: 'Printemps' });
      }
      await api('POST', `/certification/candidatures/${c}/dossier/signature`, { nom: `Candidat ${nomme}` });
      passages.push((await api('POST', `/certification/sessions/${session}/candidats`, { candidature: c, unites: ['ccp-1', 'ccp-2'], jour })).id);
    };
    for (let n = 0; n < N; n += 1) await un(n);
    await api('PUT', `/certification/sessions/${session}/jury`, { membres: jures, preside: jures[0] });
    dire(`  préparés en ${((performance.now() - debut) / 1000).toFixed(0)} s`);

    const chrono = async (f, fois = 15) => { await f(); const v = []; for (let i = 0; i < fois; i += 1) { const t = performance.now(); await f(); v.push(performance.now() - t); } return mediane(v); };
    const ligne = (quoi, mesure, nu, rapport, cible) => console.log(`| ${nom} | ${quoi} | ${mesure} | ${nu} | ${rapport} | ${cible} |`);
    const fiche = await chrono(() => api('GET', `/certification/sessions/${session}`));
    const jury = await chrono(() => api('GET', `/certification/sessions/${session}/jury`));
    ligne(`session of ${N} candidates: steps and guards recomputed (API, reads included)`, `${fiche.toFixed(0)} ms`, '', '', '< 100 ms beyond its reads');
    ligne(`session of ${N} candidates: jury examined and proposed (API, reads included)`, `${jury.toFixed(0)} ms`, '', '', '< 100 ms beyond its reads');

    // Played to its end: everybody came, the jury decides, signs; the minutes are validated.
    const etape = (corps) => api('POST', `/certification/sessions/${session}/etapes`, corps);
    for (const action of ['declarer', 'convoquer']) await etape({ action });
    await api('PUT', `/certification/sessions/${session}/presences`, { candidats: passages.map((x) => ({ passage: x, presence: 'present' })), jures: jures.map((j) => ({ jure: j, jour, present: true })) });
    for (const action of ['ouvrir', 'deliberer']) await etape({ action });
    for (const x of passages) await api('PUT', `/certification/passages/${x}/deliberation`, { accordees: ['ccp-1', 'ccp-2'], titre: true, entretien_favorable: true }, jetons.jure1);
    for (const qui of ['jure1', 'jure2']) {
      const { empreinte } = await api('GET', `/certification/sessions/${session}/pv`);
      await api('POST', `/certification/sessions/${session}/pv/signatures`, { nature: 'tapee', trace: `Banc ${qui}`, empreinte }, jetons[qui]);
    }
    for (const corps of [{ action: 'transmettre' }, { action: 'valider', numero: 'MESURE-1' }]) await etape(corps);

    const t = performance.now();
    const lot = (await api('POST', `/certification/sessions/${session}/lots`)).id;
    let l;
    do { await new Promise((r) => { setTimeout(r, 250); }); l = await api('GET', `/certification/lots/${lot}`); } while (['attente', 'en_cours'].includes(l.etat));
    if (l.etat !== 'pret') throw new Error(`lot : ${JSON.stringify(l)}`);
    const s = (performance.now() - t) / 1000;
    ligne(`documents of that session in the background, issued and printed (${l.emis})`, `${s.toFixed(1)} s, ${(l.total / s).toFixed(1)} PDF/s, ${(l.taille / 1e6).toFixed(1)} MB`, '', '', '');

    // The public page, against a constant page behind the same layers after one indexed select.
    if (spawnSync('wrk', ['-v']).error) { dire('wrk manque : la page de vérification n’est pas mesurée'); return; }
    const docs = (await api('GET', `/certification/sessions/${session}/documents`)).elements.filter((d) => d.nature === 'attestation');
    const personne = (await api('POST', '/personnes', { prenom: 'Banc', nom: 'Inventé' }, jetons.responsable)).id;
    const wrk = (chemin) => {
      const r = spawnSync('wrk', ['-t2', '-c32', `-d${o.secondes}s`, '--latency', `${adresse}${chemin}`], { encoding: 'utf8' });
      if (/Non-2xx/.test(r.stdout)) throw new Error(`${chemin} : ${r.stdout}`);
      return Number(/Requests\/sec:\s+([\d.]+)/.exec(r.stdout)[1]);
    };
    const nu = wrk(`/essai/nue/${personne}`);
    const verif = wrk(`/verifier/${docs[0].code_verification}`);
    ligne('page of verification', `${Math.round(verif)}/s`, `bare page ${Math.round(nu)}/s`, `${(100 * verif / nu).toFixed(0)} %`, '≥ 50 %');
  } finally {
    if (serveur) { const fin = new Promise((r) => { serveur.removeAllListeners('exit'); serveur.once('exit', r); }); serveur.kill('SIGTERM'); await fin; }
    await pg?.arreter();
  }
}

const dossier = mkdtempSync(join(tmpdir(), 'passeur-certification-'));
try {
  console.log('| engine | measure | value | bare | ratio | target |\n|---|---|---|---|---|---|');
  for (const nom of o.moteurs.split(',')) await moteur(nom, dossier);
} finally {
  rmSync(dossier, { recursive: true, force: true });
}
