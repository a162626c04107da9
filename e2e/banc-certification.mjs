// Measures of the certification on the release build: a session of many candidates recomputed in one request, the
// public page of verification against the bare page, the documents of the whole session in the background.
// Run by scripts/bench; needs wrk. Prints Markdown for docs/benchmarks.md.
//
//   node e2e/banc-certification.mjs [--candidats 300] [--secondes 10] [--moteurs sqlite,postgres]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { api as appeler, attendre, charger, chrono, compte, debit, dire, identifiant, jour, mesurer, nombre, part, passeur, servir, session } from './charge.mjs';

const { values: o } = parseArgs({ options: {
  candidats: { type: 'string', default: '300' }, secondes: { type: 'string', default: '10' }, moteurs: { type: 'string', default: 'sqlite,postgres' }, dossier: { type: 'string' },
} });
const N = Number(o.candidats);
const TITRE = 'mediateur-numerique-2025';

async function moteur(base, ligne) {
  passeur(base, ['migrate']);
  const structure = passeur(base, ['structure', 'add', '--nom', 'Centre de mesure inventé']);
  const jetons = {};
  for (const [qui, role] of [['gestion', 'certification'], ['jure1', 'jure'], ['jure2', 'jure'], ['responsable', 'responsable']]) jetons[qui] = compte(base, `${qui}@exemple.invalid`, role, structure);
  const { adresse } = await servir(base);
  const api = (methode, chemin, corps, jeton = jetons.gestion) => appeler(base, jeton, methode, chemin, corps);

  // The centre, its jury, its candidates: by the API, as a centre would send them.
  dire(`# ${base.nom} : ${N} candidats`);
  const debut = performance.now();
  await fetch(`${adresse}/structure/lieux/nouveau`, { method: 'POST', redirect: 'manual', headers: { cookie: await session(base, 'responsable@exemple.invalid'), origin: adresse }, body: new URLSearchParams({ nom: 'Plateau de mesure', actif: 'oui' }) });
  const lieu = (await api('GET', '/lieux', null, jetons.responsable)).elements[0].id;
  await api('POST', '/certification/agrements', { lieu, version: TITRE, debut: jour(-700) });
  const jures = [];
  for (const qui of ['jure1', 'jure2']) {
    const utilisateur = identifiant(base, `${qui}@exemple.invalid`);
    const j = await api('POST', '/certification/jures', { prenom: 'Banc', nom: qui, utilisateur, pratique_annees: 8 });
    await api('POST', `/certification/jures/${j.id}/habilitations`, { version: TITRE, debut: jour(-600) });
    jures.push(j.id);
  }
  const aujourdhui = jour();
  const examen = (await api('POST', '/certification/sessions', { lieu, version: TITRE, type_session: 'titre', jours: [aujourdhui] })).id;
  const passages = [];
  const un = async (n) => {
    const nomme = `Inventé${n}`;
    const candidat = (await api('POST', '/certification/candidats', { prenom: 'Candidat', nom: nomme, employeur: `Employeur ${n % 40}` })).id;
    const c = (await api('POST', '/certification/candidatures', { candidat, version: TITRE, voie: 'formation_continue', formation_debut: jour(-300), formation_fin: jour(-60) })).id;
    for (const action of ['deposer', 'preparer']) await api('POST', `/certification/candidatures/${c}/actions`, { action });
    for (const unite of ['ccp-1', 'ccp-2']) {
      const [a, b] = ['Une Évaluatrice', 'Un Évaluateur'];
      await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'evaluation', unite, jour: jour(-70), competences: [`${unite}-c1`], satisfait: true, evaluateur_1: a, evaluateur_2: b });
      await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'synthese', unite, jour: jour(-65), satisfait: true, synthese: 'Acquis.', evaluateurs: [a, b] });
      await api('POST', `/certification/candidatures/${c}/pieces`, { genre: 'exemple', unite, intitule: 'Atelier', taches: 'Animer', moyens: 'Postes', avec_qui: 'Seul', contexte: 'Lieu', periode: 'Printemps' });
    }
    await api('POST', `/certification/candidatures/${c}/dossier/signature`, { nom: `Candidat ${nomme}` });
    passages.push((await api('POST', `/certification/sessions/${examen}/candidats`, { candidature: c, unites: ['ccp-1', 'ccp-2'], jour: aujourdhui })).id);
  };
  for (let n = 0; n < N; n += 1) await un(n);
  await api('PUT', `/certification/sessions/${examen}/jury`, { membres: jures, preside: jures[0] });
  dire(`  préparés en ${((performance.now() - debut) / 1000).toFixed(0)} s`);

  const [fiche] = await chrono(() => api('GET', `/certification/sessions/${examen}`), 15);
  const [jury] = await chrono(() => api('GET', `/certification/sessions/${examen}/jury`), 15);
  ligne(`session of ${N} candidates: steps and guards recomputed (API, reads included)`, `${fiche.toFixed(0)} ms`, '', '', '< 100 ms beyond its reads');
  ligne(`session of ${N} candidates: jury examined and proposed (API, reads included)`, `${jury.toFixed(0)} ms`, '', '', '< 100 ms beyond its reads');

  // Played to its end: everybody came, the jury decides, signs; the minutes are validated.
  const etape = (corps) => api('POST', `/certification/sessions/${examen}/etapes`, corps);
  for (const action of ['declarer', 'convoquer']) await etape({ action });
  await api('PUT', `/certification/sessions/${examen}/presences`, { candidats: passages.map((x) => ({ passage: x, presence: 'present' })), jures: jures.map((j) => ({ jure: j, jour: aujourdhui, present: true })) });
  for (const action of ['ouvrir', 'deliberer']) await etape({ action });
  for (const x of passages) await api('PUT', `/certification/passages/${x}/deliberation`, { accordees: ['ccp-1', 'ccp-2'], titre: true, entretien_favorable: true }, jetons.jure1);
  for (const qui of ['jure1', 'jure2']) {
    const { empreinte } = await api('GET', `/certification/sessions/${examen}/pv`);
    await api('POST', `/certification/sessions/${examen}/pv/signatures`, { nature: 'tapee', trace: `Banc ${qui}`, empreinte }, jetons[qui]);
  }
  for (const corps of [{ action: 'transmettre' }, { action: 'valider', numero: 'MESURE-1' }]) await etape(corps);

  const t = performance.now();
  const lot = (await api('POST', `/certification/sessions/${examen}/lots`)).id;
  let l;
  do { await attendre(250); l = await api('GET', `/certification/lots/${lot}`); } while (['attente', 'en_cours'].includes(l.etat));
  if (l.etat !== 'pret') throw new Error(`lot : ${JSON.stringify(l)}`);
  const s = (performance.now() - t) / 1000;
  ligne(`documents of that session in the background, issued and printed (${l.emis})`, `${s.toFixed(1)} s, ${(l.total / s).toFixed(1)} PDF/s, ${(l.taille / 1e6).toFixed(1)} MB`, '', '', '');

  // The public page, against a constant page behind the same layers after one indexed select.
  const docs = (await api('GET', `/certification/sessions/${examen}/documents`)).elements.filter((d) => d.nature === 'attestation');
  const personne = (await api('POST', '/personnes', { prenom: 'Banc', nom: 'Inventé' }, jetons.responsable)).id;
  const mesure = async (chemin) => {
    const c = await charger(base, [`GET ${chemin}`], Number(o.secondes));
    if (c.fautes) throw new Error(`${chemin} : ${c.fautes} fautes`);
    return c;
  };
  const nu = await mesure(`/essai/nue/${personne}`);
  const verif = await mesure(`/verifier/${docs[0].code_verification}`);
  ligne('page of verification', debit(verif), `bare page ${nombre(nu.rythme)}/s`, part(verif, nu), '≥ 50 %');
}

const titre = `\`node e2e/banc-certification.mjs --candidats ${N}\`, ${cpus().length} cores`;
await mesurer(titre, { moteurs: o.moteurs, parent: o.dossier }, moteur);
