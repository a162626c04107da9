// Ratios against bare equivalents, in one run: see docs/benchmarks.md. Run by scripts/bench; what it needs: charge.mjs.
//
//   node e2e/banc.mjs [--participations 1000000] [--personnes 1000000] [--structures N] [--moteurs sqlite,postgres]
//                     [--secondes 10] [--seulement pages,recherche,bilan,enregistrement,export] [--dossier /var/tmp]
//                     [--base URL] [--garder]
//
// The export of a million rows by one structure: --seulement export --participations 1700000 --personnes 1000 --structures 1
import { spawnSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { CONNEXIONS, GZIP, api, attendre, calme, charger, chrono, compte, debit, dire, enregistrer, grande, identifiant, jour, ko, mediane, memoire, mesurer, ms, nombre, part, passeur, peser, programme, racine, servir, session, sql, suivre } from './charge.mjs';

const PARTIES = { pages, recherche, bilan, enregistrement, export: exporter };
const { values: o } = parseArgs({ options: {
  participations: { type: 'string', default: '1000000' }, personnes: { type: 'string' }, structures: { type: 'string' },
  moteurs: { type: 'string', default: 'sqlite,postgres' }, secondes: { type: 'string', default: '10' }, seulement: { type: 'string', default: Object.keys(PARTIES).join(',') },
  dossier: { type: 'string', default: process.env.TMPDIR ?? '/var/tmp' }, garder: { type: 'boolean', default: false }, base: { type: 'string' },
} });
const N = Number(o.participations);
const P = Number(o.personnes ?? Math.max(N / 5, 1_000_000));
const SECONDES = Number(o.secondes);
const QUI = 'banc@exemple.invalid';
const FORME = { 'content-type': 'application/x-www-form-urlencoded', 'HX-Request': 'true', 'Sec-Fetch-Site': 'same-origin' };
const MOTS = ['fa', 'faux', 'fauxmo', 'carton', 'esqu', 'zeph', 'ada', 'basile', 'ada faux', 'maquetin', 'croquis', 'nadia fauxmont'];
const ilYA = (ans) => `${Number(jour().slice(0, 4)) - ans}${jour().slice(4)}`;

/** Fills the database, makes the accounts, serves; what the parts work with. */
async function preparer(base, ligne) {
  dire(`# ${base.nom}: seed`);
  const debut = performance.now();
  const { sortie, sommet } = await suivre(base, ['bench', 'seed', '--participations', String(N), '--personnes', String(P), ...(o.structures ? ['--structures', o.structures] : [])]);
  const secondes = (performance.now() - debut) / 1000;
  const lignes = Number(/(\d+) lignes écrites/.exec(sortie)?.[1] ?? 0);
  if (lignes) ligne(`seed, ${nombre(N)} participations, ${nombre(P)} people`, `${nombre(lignes)} rows in ${secondes.toFixed(0)} s, ${nombre(lignes / secondes)}/s, peak ${sommet.toFixed(0)} MB`, '', '', 'a few minutes, constant memory');
  const structure = grande(base);
  const jeton = compte(base, QUI, 'responsable', structure);
  const admin = compte(base, 'banc-instance@exemple.invalid', 'administrateur');
  await servir(base);
  const ids = (await api(base, jeton, 'GET', '/personnes?limite=200')).elements.map((e) => e.id);
  const uuid = (u) => (base.nom === 'postgres' ? `'${u}'` : `X'${u.replaceAll('-', '')}'`);
  return { structure, jeton, admin, ids, uuid, moi: identifiant(base, QUI), cookie: await session(base, QUI) };
}

async function pages(base, ligne, { ids, cookie, jeton }) {
  dire(`# ${base.nom}: pages, ${CONNEXIONS} connections, ${SECONDES} s each`);
  const lire = { Cookie: cookie, ...GZIP };
  const dit = (c, p) => `${debit(c)}, ${ko(p.octets)} (gzip ${ko(p.gzip)})`;
  /** The bare page, brought to so many thousands of bytes. */
  const nue = async (milliers) => {
    const suite = milliers ? `?ko=${milliers}` : '';
    const poids = await peser(base, `GET /essai/nue/${ids[0]}${suite}`);
    return { ...await charger(base, ids.map((i) => `GET /essai/nue/${i}${suite}`), SECONDES, lire), poids };
  };
  const nu = await nue();
  ligne('bare page (constant template, one indexed select)', dit(nu, nu.poids), '', '', '');
  for (const [quoi, demandes, plus] of [
    ['Aujourd’hui', ['GET /'], {}],
    ['file of a person', ids.map((i) => `GET /personnes/${i}`), {}],
    ['list of people', ['GET /personnes'], {}],
    ['list of accompaniments', ['GET /accompagnements'], {}],
    ['results of a search while typing', MOTS.map((m) => `POST /personnes/recherche q=${encodeURIComponent(m)}`), { ...FORME, Origin: base.serveur.adresse }],
  ]) {
    const poids = await peser(base, demandes[0], { Cookie: cookie, ...plus });
    const c = await charger(base, demandes, SECONDES, { ...lire, ...plus });
    // The official ratio is to the small bare page; the other says what the weight alone costs.
    const lourd = poids.octets > nu.poids.octets + 500 ? await nue(Math.round(poids.octets / 1000)) : null;
    ligne(`page: ${quoi}`, dit(c, poids), `${nombre(nu.rythme)}/s, p99 ${ms(nu.p99)} ms${lourd ? `; of the same weight, ${dit(lourd, lourd.poids)}` : ''}`,
      `${part(c, nu)}, p99 × ${(c.p99 / nu.p99).toFixed(1)}${lourd ? `; at equal weight ${part(c, lourd)}, p99 × ${(c.p99 / lourd.p99).toFixed(1)}` : ''}`, '≥ 50 %, p99 < × 10');
  }
  // A kept page is made again after each writing: what is left of the rate when the instance works.
  for (const [quoi, demandes] of [['Aujourd’hui', ['GET /']], ['list of people', ['GET /personnes']]]) {
    for (const parSeconde of [1, 10]) {
      const c = await charger(base, demandes, SECONDES, lire, enregistrer(base, { jeton, ids }, parSeconde));
      ligne(`page: ${quoi}, while ${parSeconde} accompaniment${parSeconde > 1 ? 's' : ''} a second are recorded`, debit(c), `${nombre(nu.rythme)}/s`, part(c, nu), '–');
    }
  }
}

async function enregistrement(base, ligne, { ids, jeton, structure, moi }) {
  dire(`# ${base.nom}: recording`);
  const corps = (p) => JSON.stringify({ id: '@ID@', type: 'individuel', date: jour(), duree_minutes: 45, lieu_type: 'autre', thematiques: ['email', 'bureautique'], materiels: ['ordinateur'], autonomie: 'autonome', personnes: [p] });
  const c = await charger(base, ids.map((i) => `POST /api/v1/accompagnements ${corps(i)}`), SECONDES, { Authorization: `Bearer ${jeton}`, 'Content-Type': 'application/json' });
  await calme(base);
  const nu = JSON.parse(passeur(base, ['bench', 'inserts', '--connexions', String(CONNEXIONS), '--secondes', String(SECONDES), '--structure', structure, '--compte', moi, '--personne', ids[0]]));
  ligne('recording an accompaniment (API, 5 inserts)', debit(c), `${nombre(nu.par_seconde)}/s, p99 ${ms(nu.p99_us / 1000)} ms`, part(c, { rythme: nu.par_seconde }), '≥ 50 %');
}

async function recherche(base, ligne, { cookie }) {
  dire(`# ${base.nom}: search among ${nombre(P)} people`);
  await calme(base);
  const durees = [];
  for (const q of [...MOTS, 'f', 'fauxmont ada', 'carton zephirin', 'tartempion', 'inconnu absolu', '06 00', '06 00 12 34', '1950', '12/03/1960', 'personne.12', 'ma', 'sansnomont wagonnet']) {
    const [duree] = await chrono(async () => {
      const r = await fetch(`${base.serveur.adresse}/personnes/recherche`, { method: 'POST', headers: { cookie, origin: base.serveur.adresse, ...FORME }, body: `q=${encodeURIComponent(q)}` });
      await r.text();
      if (!r.ok) throw new Error(`recherche : ${r.status}`);
    }, 7);
    durees.push([q, duree]);
  }
  const lente = durees.toSorted((a, b) => b[1] - a[1])[0];
  ligne(`search while typing, ${durees.length} texts, HTTP included`, `median ${ms(mediane(durees.map((d) => d[1])))} ms, slowest « ${lente[0]} » ${ms(lente[1])} ms`, '', '', '< 20 ms');
}

/** Waits until the segments of the months that changed are made again, as within the minute after the last writing. */
async function repos(base) {
  for (let i = 0; Number(sql(base, 'SELECT count(*) FROM bilan_marque', 1).premiere[0]) > 0; i += 1) {
    if (i > 90) throw new Error('les segments du bilan ne se refont pas');
    await attendre(2000);
  }
  await calme(base);
}

async function bilan(base, ligne, { structure, jeton, admin, moi, uuid, ids }) {
  dire(`# ${base.nom}: bilan`);
  const au = jour();
  await repos(base);
  for (const [quoi, filtre] of [['no filter', ''], ['type', '&type=individuel'], ['thématique', '&thematique=email'], ['mediator', `&mediateur=${moi}`]]) {
    for (const [periode, du] of [['one year', ilYA(1)], ['five years', ilYA(5)]]) {
      const [d] = await chrono(() => api(base, jeton, 'GET', `/bilan?du=${du}&au=${au}${filtre}`));
      const c = sql(base, `SELECT count(*) FROM participation WHERE structure_id = ${uuid(structure)} AND date BETWEEN '${du}' AND '${au}'`);
      ligne(`bilan of the largest structure, ${periode}, ${quoi}`, `${ms(d)} ms`, `count(*) of ${nombre(Number(c.premiere[0]))} rows: ${ms(c.mediane_ms)} ms`, `× ${(d / c.mediane_ms).toFixed(1)}`, '< × 10');
    }
  }
  await api(base, jeton, 'POST', '/accompagnements', { type: 'individuel', date: au, duree_minutes: 30, lieu_type: 'autre', thematiques: ['email'], personnes: [ids[0]] });
  const [frais] = await chrono(() => api(base, jeton, 'GET', `/bilan?du=${ilYA(1)}&au=${au}`));
  ligne('bilan of the largest structure, one year, no filter, an accompaniment just recorded', `${ms(frais)} ms`, '', '', '–');
  await repos(base);
  const du = ilYA(5);
  const naif = sql(base, `SELECT COUNT(DISTINCT a.id), COUNT(DISTINCT p.personne_id), COUNT(p.personne_id), SUM(CASE WHEN a.type_activite = 'collectif' THEN 1 ELSE 0 END),
    SUM(CASE WHEN e.genre = 'feminin' THEN 1 ELSE 0 END), SUM(CASE WHEN e.statut = 'retraite' THEN 1 ELSE 0 END), SUM(CASE WHEN e.annee_naissance IS NOT NULL THEN 1 ELSE 0 END)
    FROM accompagnement a LEFT JOIN participation p ON p.accompagnement_id = a.id LEFT JOIN personne e ON e.id = p.personne_id
    WHERE a.supprime_le IS NULL AND a.date BETWEEN '${du}' AND '${au}'`, 1);
  // From the segments, by an account of administration (ADR 0012).
  let entier = null;
  try { [entier] = await chrono(() => api(base, admin, 'GET', `/bilan?du=${du}&au=${au}&portee=instance`)); } catch (e) { dire(`whole instance: ${String(e.message).slice(0, 200)}`); }
  ligne('bilan of the whole instance, five years', entier ? `${ms(entier)} ms` : 'not served', `straightforward SQL: ${ms(naif.mediane_ms)} ms`, entier ? `${(naif.mediane_ms / entier).toFixed(0)} times faster` : '', '< 150 ms, ≥ 20 times faster');
}

/** Adds a CSV up as it arrives: lines, minutes, people present. The columns added up come before any free end. */
async function additionner(corps) {
  const somme = { octets: 0, lignes: -1, minutes: 0, presents: 0 };
  const texte = new TextDecoder();
  let reste = '';
  let rangs;
  for await (const morceau of corps) {
    somme.octets += morceau.length;
    const lignes = (reste + texte.decode(morceau, { stream: true })).split('\n');
    reste = lignes.pop();
    for (const l of lignes) {
      const cases = l.split(';');
      rangs ??= ['Durée (minutes)', 'Présents'].map((n) => cases.indexOf(n));
      if (somme.lignes >= 0) { somme.minutes += Number(cases[rangs[0]]); somme.presents += Number(cases[rangs[1]]); }
      somme.lignes += 1;
    }
  }
  return somme;
}

/** The export of all the rows of the largest structure costs the program memory and time; its sums are those of the rows. */
async function exporter(base, ligne, { structure, jeton, uuid }) {
  const [du, au] = [ilYA(6), jour()];
  const [lignes, minutes] = sql(base, `SELECT count(*), sum(duree_minutes) FROM accompagnement WHERE structure_id = ${uuid(structure)} AND supprime_le IS NULL AND date BETWEEN '${du}' AND '${au}'`, 1).premiere.map(Number);
  for (const format of ['csv', 'xlsx']) {
    dire(`# ${base.nom}: export of ${nombre(lignes)} rows, ${format}`);
    // A server of its own: what it used before is not counted.
    const { pid } = await servir(base);
    await calme(base);
    const repos = memoire(pid);
    const debut = performance.now();
    const { id } = await api(base, jeton, 'POST', '/exports', { contenu: 'donnees', format, du, au });
    let alloue = 0;
    let e;
    do { await attendre(200); alloue = Math.max(alloue, memoire(pid, 'RssAnon')); e = await api(base, jeton, 'GET', `/exports/${id}`); } while (['attente', 'en_cours'].includes(e.etat));
    if (e.etat !== 'pret' || e.lignes !== lignes) throw new Error(`export : ${JSON.stringify(e)}, ${lignes} lignes attendues`);
    const secondes = (performance.now() - debut) / 1000;
    const fichier = await fetch(`${base.serveur.adresse}/api/v1/exports/${id}/fichier`, { headers: { authorization: `Bearer ${jeton}` } });
    if (!fichier.ok) throw new Error(`fichier : ${fichier.status}`);
    let octets = 0;
    if (format === 'csv') {
      const somme = await additionner(fichier.body);
      octets = somme.octets;
      if (somme.lignes !== lignes || somme.minutes !== minutes) throw new Error(`le fichier ne dit pas ce que dit la base : ${JSON.stringify(somme)}, ${lignes} lignes et ${minutes} minutes attendues`);
    } else for await (const m of fichier.body) octets += m.length;
    ligne(`export of ${nombre(lignes)} rows, ${format}, then its download`, `${(octets / 1e6).toFixed(1)} MB in ${secondes.toFixed(0)} s, peak ${memoire(pid).toFixed(0)} MB, of which ${alloue.toFixed(0)} allocated`, `at rest ${repos.toFixed(0)} MB`, '', 'peak < 100 MB');
    await api(base, jeton, 'DELETE', `/exports/${id}`);
  }
}

const faire = o.seulement.split(',');
const inconnues = faire.filter((f) => !PARTIES[f]);
if (inconnues.length) { dire(`Parties inconnues : ${inconnues.join(', ')} ; connues : ${Object.keys(PARTIES).join(', ')}`); process.exit(2); }
const libre = statfsSync(o.dossier).bavail * statfsSync(o.dossier).bsize / 1e9;
const besoin = 1 + (N * 1.6 + P * 2) / 1e6;
if (libre < besoin) { dire(`Il faut environ ${besoin.toFixed(0)} Go libres dans ${o.dossier}, il y en a ${libre.toFixed(0)} (--dossier pour un autre).`); process.exit(1); }
const commit = spawnSync('git', ['-C', racine, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const modele = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
const titre = `\`node e2e/banc.mjs --participations ${N} --personnes ${P} --secondes ${SECONDES}${faire.length < Object.keys(PARTIES).length ? ` --seulement ${o.seulement}` : ''}\`, ${programme.includes('release') ? 'release build' : programme}, commit ${commit}, ${jour()}, ${cpus().length} cores (${modele}), ${(totalmem() / 2 ** 30).toFixed(0)} GB`;
await mesurer(titre, { moteurs: o.moteurs, parent: o.dossier, url: o.base, garder: o.garder }, async (base, ligne) => {
  const outils = await preparer(base, ligne);
  for (const partie of Object.keys(PARTIES).filter((n) => faire.includes(n) && n !== 'export')) await PARTIES[partie](base, ligne, outils);
  ligne('memory of the server after all this', `${memoire(base.serveur.pid).toFixed(0)} MB at most`, '', '', '');
  if (faire.includes('export')) await exporter(base, ligne, outils);
});
