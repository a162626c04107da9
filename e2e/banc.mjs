// Ratios against bare equivalents, in one run: see docs/benchmarks.md. Run by scripts/bench; needs wrk
// (package « wrk ») and, for PostgreSQL, its server (package « postgresql »).
//
//   node e2e/banc.mjs [--participations 1000000] [--personnes 1000000] [--moteurs sqlite,postgres] [--secondes 10]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { postgres } from './postgres.mjs';

const racine = join(dirname(fileURLToPath(import.meta.url)), '..');
const programme = process.env.BINAIRE_PASSEUR ?? join(racine, 'target/release/passeur');
const { values: o } = parseArgs({ options: {
  participations: { type: 'string', default: '1000000' }, personnes: { type: 'string' }, structures: { type: 'string' },
  moteurs: { type: 'string', default: 'sqlite,postgres' }, secondes: { type: 'string', default: '10' },
  dossier: { type: 'string', default: process.env.TMPDIR ?? '/var/tmp' }, garder: { type: 'boolean', default: false }, base: { type: 'string' },
} });
const N = Number(o.participations);
const P = Number(o.personnes ?? Math.max(N / 5, 1_000_000));
const SECONDES = Number(o.secondes);
const CONNEXIONS = 32;
const MOT = 'Un bateau mesure la rivière';
const jour = new Date().toISOString().slice(0, 10);
const dire = (t) => process.stderr.write(`${t}\n`);
const attendre = (ms) => new Promise((r) => setTimeout(r, ms));
const mediane = (v) => v.toSorted((a, b) => a - b)[Math.floor(v.length / 2)];
const pire = (v) => Math.max(...v);
const nombre = (n) => Math.round(n).toLocaleString('en');
const ms = (n) => (n < 10 ? n.toFixed(1) : n.toFixed(0));

/** Runs a command of the program; gives what it wrote. */
function passeur(base, args, entree) {
  const r = spawnSync(programme, ['--database-url', base.url, '--data-dir', base.donnees, ...args], { input: entree ?? '', encoding: 'utf8', maxBuffer: 1 << 26 });
  if (r.status !== 0) throw new Error(`passeur ${args.join(' ')} : ${r.stderr}`);
  return r.stdout.trim();
}

/** The highest resident memory of a process, in MB. */
const sommet = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** Fills the database; gives seconds, rows a second and peak memory. */
async function semer(base) {
  const debut = performance.now();
  const args = ['--database-url', base.url, '--data-dir', base.donnees, 'bench', 'seed', '--participations', String(N), '--personnes', String(P)];
  if (o.structures) args.push('--structures', o.structures);
  const p = spawn(programme, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let sortie = ''; let memoire = 0;
  p.stdout.on('data', (d) => { sortie += d; });
  const minuteur = setInterval(() => { try { memoire = Math.max(memoire, sommet(p.pid)); } catch { /* ended */ } }, 100);
  const code = await new Promise((r) => p.once('exit', r));
  clearInterval(minuteur);
  if (code !== 0) throw new Error('bench seed a échoué');
  const secondes = (performance.now() - debut) / 1000;
  const lignes = Number(/(\d+) lignes écrites/.exec(sortie)?.[1] ?? 0);
  return { secondes, lignes, memoire };
}

async function servir(base) {
  // A file, not a pipe: nobody reads a pipe while wrk is awaited.
  const journal = openSync(join(base.donnees, 'journal.txt'), 'w');
  const p = spawn(programme, ['--database-url', base.url, '--data-dir', base.donnees, 'serve', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, PASSEUR_ESSAI_PAGE_NUE: '1', PASSEUR_API_REQUESTS_PER_MINUTE: '100000000' }, stdio: ['ignore', 'pipe', journal] });
  const adresse = await new Promise((bien, mal) => {
    let s = '';
    p.once('exit', () => mal(new Error(`le serveur s’est arrêté : ${s}`)));
    p.stdout.on('data', (d) => { s += d; const m = /Passeur est prêt : (\S+)/.exec(s); if (m) bien(m[1]); });
  });
  const arreter = () => new Promise((r) => { p.removeAllListeners('exit'); p.once('exit', r); p.kill('SIGTERM'); });
  return { adresse, pid: p.pid, arreter };
}

const LUA = `
local req = {}
local n = 0
local combien = 0
function setup(thread) thread:set("fil", combien); combien = combien + 1 end
function init(args)
  math.randomseed(os.time() * 10 + fil)
  for line in io.lines(args[1]) do req[#req + 1] = line end
  n = math.random(#req)
end
local function hexa(k) local t = {} for i = 1, k do t[i] = string.format("%x", math.random(0, 15)) end return table.concat(t) end
function request()
  n = n % #req + 1
  local methode, chemin, corps = string.match(req[n], "^(%S+) (%S+) ?(.*)$")
  -- Each accompaniment has an id of its own, as a client that may lose the network makes it.
  local ms = string.format("%012x", os.time() * 1000 + n % 1000)
  corps = string.gsub(corps, "@ID@", string.sub(ms, 1, 8) .. "-" .. string.sub(ms, 9, 12) .. "-7" .. hexa(3) .. "-8" .. hexa(3) .. "-" .. hexa(12))
  if corps == "" then corps = nil end
  return wrk.format(methode, chemin, nil, corps)
end
function done(s, l, r)
  io.write(string.format("JSON{\\"demandes\\":%d,\\"duree_us\\":%d,\\"p50\\":%d,\\"p99\\":%d,\\"fautes\\":%d}\\n",
    s.requests, s.duration, l:percentile(50), l:percentile(99), s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout))
end`;

/** Loads a list of requests (« GET /chemin [corps] »), in turn; throughput and latencies in milliseconds. */
function charger(base, adresse, demandes, entetes, secondes = SECONDES) {
  const lua = join(base.donnees, 'wrk.lua'); const liste = join(base.donnees, 'demandes.txt');
  writeFileSync(lua, LUA); writeFileSync(liste, `${demandes.join('\n')}\n`);
  const jouer = (duree) => {
    const r = spawnSync('wrk', ['-t2', `-c${CONNEXIONS}`, `-d${duree}s`, '--timeout', '30s', '-s', lua, ...Object.entries(entetes).flatMap(([k, v]) => ['-H', `${k}: ${v}`]), adresse, '--', liste], { encoding: 'utf8' });
    const m = /JSON(\{.*\})/.exec(r.stdout);
    if (!m) throw new Error(`wrk : ${r.stdout}${r.stderr}`);
    return JSON.parse(m[1]);
  };
  jouer(2);
  const j = jouer(secondes);
  return { rythme: j.demandes / (j.duree_us / 1e6), p50: j.p50 / 1000, p99: j.p99 / 1000, fautes: j.fautes };
}

/** Milliseconds of each run of a query, by the program's own driver. */
const sql = (base, texte, fois = 5) => JSON.parse(passeur(base, ['bench', 'sql', '--fois', String(fois)], texte));

async function moteur(nom, dossier) {
  const base = { nom, donnees: join(dossier, nom) };
  mkdirSync(base.donnees, { recursive: true });
  // A quarter of the memory of a small server, as its documentation advises; all else as installed.
  const pg = nom === 'postgres' ? await postgres(join(dossier, 'pg'), 'banc', '-c shared_buffers=1GB -c max_wal_size=4GB') : null;
  base.url = o.base ?? pg?.url ?? `sqlite://${base.donnees}/passeur.db`;
  const t = [];
  const ligne = (quoi, mesure, nu, rapport, cible) => { t.push(`| ${quoi} | ${mesure} | ${nu} | ${rapport} | ${cible} |`); dire(t.at(-1)); };
  let s;
  try {
    dire(`# ${nom}: seed`);
    const g = await semer(base);
    if (g.lignes) ligne(`seed, ${nombre(N)} participations, ${nombre(P)} people`, `${nombre(g.lignes)} rows in ${g.secondes.toFixed(0)} s, ${nombre(g.lignes / g.secondes)}/s, peak ${g.memoire.toFixed(0)} MB`, '', '', 'a few minutes, constant memory');
    const structure = passeur(base, ['structure', 'list']).split('\n').map((l) => l.split('\t')).find((l) => /-001$/.test(l[1]))[0];
    for (const [email, role] of [['banc@exemple.invalid', 'responsable'], ['banc-instance@exemple.invalid', 'administrateur']]) {
      passeur(base, ['user', 'add', '--email', email, '--nom', 'Banc d’essai', '--role', role, ...(role === 'administrateur' ? [] : ['--structure', structure]), '--password-stdin'], `${MOT}\n`);
    }
    const jeton = passeur(base, ['token', 'create', '--email', 'banc@exemple.invalid', '--print']).split('\n').at(-1).trim();
    s = await servir(base);
    const api = async (chemin, j = jeton) => { const r = await fetch(s.adresse + chemin, { headers: { authorization: `Bearer ${j}` } }); if (!r.ok) throw new Error(`${chemin} : ${r.status} ${await r.text()}`); return r.json(); };
    const r = await fetch(`${s.adresse}/connexion`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: s.adresse }, body: new URLSearchParams({ email: 'banc@exemple.invalid', mot_de_passe: MOT }) });
    const cookie = r.headers.getSetCookie().map((c) => c.split(';')[0]).filter((c) => !c.startsWith('message=')).join('; ');
    if (!cookie) throw new Error(`connexion : ${r.status}`);
    const moi = sql(base, "SELECT id FROM utilisateur WHERE email = 'banc@exemple.invalid'", 1).premiere[0];
    const gens = (await api('/api/v1/personnes?limite=200')).elements ?? (await api('/api/v1/personnes?limite=200')).donnees;
    const ids = gens.map((p) => p.id);

    dire(`# ${nom}: pages, ${CONNEXIONS} connections, ${SECONDES} s each`);
    const lire = { Cookie: cookie, 'Accept-Encoding': 'gzip' };
    const poids = async (chemin, options = {}) => (await (await fetch(s.adresse + chemin, { ...options, headers: { cookie, ...options.headers } })).text()).length;
    const forme = { 'content-type': 'application/x-www-form-urlencoded', 'HX-Request': 'true', Origin: s.adresse, 'Sec-Fetch-Site': 'same-origin' };
    const nu = charger(base, s.adresse, ids.map((i) => `GET /essai/nue/${i}`), lire);
    ligne('bare page (constant template, one indexed select)', `${nombre(nu.rythme)}/s, p50 ${ms(nu.p50)} ms, p99 ${ms(nu.p99)} ms, ${(await poids(`/essai/nue/${ids[0]}`) / 1000).toFixed(1)} kB`, '', '', '');
    const mots = ['fa', 'faux', 'fauxmo', 'carton', 'esqu', 'zeph', 'ada', 'basile', 'ada faux', 'maquetin', 'croquis', 'nadia fauxmont'];
    const pages = [
      ['Aujourd’hui', ['GET /'], {}],
      ['file of a person', ids.map((i) => `GET /personnes/${i}`), {}],
      ['list of people', ['GET /personnes'], {}],
      ['list of accompaniments', ['GET /accompagnements'], {}],
      ['results of a search while typing', mots.map((m) => `POST /personnes/recherche q=${encodeURIComponent(m)}`), forme],
    ];
    for (const [quoi, demandes, entetes] of pages) {
      const c = charger(base, s.adresse, demandes, { ...lire, ...entetes });
      const [methode, chemin, corps] = demandes[0].split(' ');
      const p = await poids(chemin, { method: methode, body: corps, headers: entetes });
      ligne(`page: ${quoi}`, `${nombre(c.rythme)}/s, p50 ${ms(c.p50)} ms, p99 ${ms(c.p99)} ms, ${(p / 1000).toFixed(1)} kB${c.fautes ? `, **${c.fautes} errors**` : ''}`, `${nombre(nu.rythme)}/s, p99 ${ms(nu.p99)} ms`, `${(100 * c.rythme / nu.rythme).toFixed(0)} %, p99 × ${(c.p99 / nu.p99).toFixed(1)}`, '≥ 50 %, p99 < × 10');
    }

    dire(`# ${nom}: recording`);
    const corps = (p) => JSON.stringify({ id: '@ID@', type: 'individuel', date: jour, duree_minutes: 45, lieu_type: 'autre', thematiques: ['email', 'bureautique'], materiels: ['ordinateur'], autonomie: 'autonome', personnes: [p] });
    const ecrire = charger(base, s.adresse, ids.map((i) => `POST /api/v1/accompagnements ${corps(i)}`), { Authorization: `Bearer ${jeton}`, 'Content-Type': 'application/json' });
    const insertions = JSON.parse(passeur(base, ['bench', 'inserts', '--connexions', String(CONNEXIONS), '--secondes', String(SECONDES), '--structure', structure, '--compte', moi, '--personne', ids[0]]));
    ligne('recording an accompaniment (API, 5 inserts)', `${nombre(ecrire.rythme)}/s, p99 ${ms(ecrire.p99)} ms${ecrire.fautes ? `, **${ecrire.fautes} errors**` : ''}`, `${nombre(insertions.par_seconde)}/s, p99 ${ms(insertions.p99_us / 1000)} ms`, `${(100 * ecrire.rythme / insertions.par_seconde).toFixed(0)} %`, '≥ 50 %');

    dire(`# ${nom}: search among ${nombre(P)} people`);
    const durees = [];
    for (const q of [...mots, 'f', 'fauxmont ada', 'carton zephirin', 'tartempion', 'inconnu absolu', '06 00', '06 00 12 34', '1950', '12/03/1960', 'personne.12', 'ma', 'sansnomont wagonnet']) {
      const ici = [];
      for (let i = 0; i < 7; i += 1) {
        const t0 = performance.now();
        const rep = await fetch(`${s.adresse}/personnes/recherche`, { method: 'POST', headers: { cookie, ...forme }, body: `q=${encodeURIComponent(q)}` });
        await rep.text();
        if (!rep.ok) throw new Error(`recherche : ${rep.status}`);
        ici.push(performance.now() - t0);
      }
      durees.push([q, mediane(ici)]);
    }
    const lente = durees.toSorted((a, b) => b[1] - a[1])[0];
    ligne(`search while typing, ${durees.length} texts, HTTP included`, `median ${ms(mediane(durees.map((d) => d[1])))} ms, slowest « ${lente[0]} » ${ms(lente[1])} ms`, '', '', '< 20 ms');

    dire(`# ${nom}: bilan`);
    const il_y_a = (ans) => `${Number(jour.slice(0, 4)) - ans}${jour.slice(4)}`;
    const uuid = (u) => (nom === 'postgres' ? `'${u}'` : `X'${u.replaceAll('-', '')}'`);
    const chrono = async (chemin, j) => { const v = []; let x; await api(chemin, j); for (let i = 0; i < 5; i += 1) { const t0 = performance.now(); x = await api(chemin, j); v.push(performance.now() - t0); } return [mediane(v), x]; };
    const demarche = 'thematique=email';
    for (const [quoi, filtre] of [['no filter', ''], ['type', '&type=individuel'], ['thématique', `&${demarche}`], ['mediator', `&mediateur=${moi}`]]) {
      for (const [periode, du] of [['one year', il_y_a(1)], ['five years', il_y_a(5)]]) {
        const [d] = await chrono(`/api/v1/bilan?du=${du}&au=${jour}${filtre}`);
        const c = sql(base, `SELECT count(*) FROM participation WHERE structure_id = ${uuid(structure)} AND date BETWEEN '${du}' AND '${jour}'`);
        ligne(`bilan of the largest structure, ${periode}, ${quoi}`, `${ms(d)} ms`, `count(*) of ${nombre(Number(c.premiere[0]))} rows: ${ms(c.mediane_ms)} ms`, `× ${(d / c.mediane_ms).toFixed(1)}`, '< × 10');
      }
    }
    const admin = passeur(base, ['token', 'create', '--email', 'banc-instance@exemple.invalid', '--print']).split('\n').at(-1).trim();
    const du = il_y_a(5);
    const naif = sql(base, `SELECT COUNT(DISTINCT a.id), COUNT(DISTINCT p.personne_id), COUNT(p.personne_id), SUM(CASE WHEN a.type_activite = 'collectif' THEN 1 ELSE 0 END),
      SUM(CASE WHEN e.genre = 'feminin' THEN 1 ELSE 0 END), SUM(CASE WHEN e.statut = 'retraite' THEN 1 ELSE 0 END), SUM(CASE WHEN e.annee_naissance IS NOT NULL THEN 1 ELSE 0 END)
      FROM accompagnement a LEFT JOIN participation p ON p.accompagnement_id = a.id LEFT JOIN personne e ON e.id = p.personne_id
      WHERE a.supprime_le IS NULL AND a.date BETWEEN '${du}' AND '${jour}'`, 1);
    // From the segments, by an account of administration (ADR 0012).
    let entier = null;
    try { entier = await chrono(`/api/v1/bilan?du=${du}&au=${jour}&portee=instance`, admin); } catch (e) { dire(`whole instance: ${String(e.message).slice(0, 200)}`); }
    ligne('bilan of the whole instance, five years', entier ? `${ms(entier[0])} ms` : 'not served', `straightforward SQL: ${ms(naif.mediane_ms)} ms`, entier ? `${(naif.mediane_ms / entier[0]).toFixed(0)} times faster` : '', '< 150 ms, ≥ 20 times faster');

    // Hook: exports in the background. When POST /api/v1/exports exists, an export of all the rows is
    // asked for, awaited, and the highest resident memory of the server is read before and after.
    const chemins = Object.keys((await (await fetch(`${s.adresse}/api/v1/openapi.json`)).json()).paths);
    const route = chemins.find((c) => /\/exports$/.test(c));
    if (route && process.env.BANC_EXPORT) {
      const avant = sommet(s.pid);
      const t0 = performance.now();
      const e = await (await fetch(s.adresse + route, { method: 'POST', headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }, body: process.env.BANC_EXPORT })).json();
      for (let etat = e; !['pret', 'fini', 'termine', 'echec'].includes(etat.etat ?? etat.statut); etat = await api(`${route}/${e.id}`, admin)) await attendre(500);
      ligne('export, peak memory of the server', `${sommet(s.pid).toFixed(0)} MB (${avant.toFixed(0)} before) in ${((performance.now() - t0) / 1000).toFixed(0)} s`, '', '', '< 100 MB');
    }
    ligne('memory of the server after all this', `${sommet(s.pid).toFixed(0)} MB at most`, '', '', '');
  } finally {
    await s?.arreter();
    pg?.arreter();
    if (!o.garder) rmSync(base.donnees, { recursive: true, force: true });
    if (!o.garder && pg) rmSync(join(dossier, 'pg'), { recursive: true, force: true });
  }
  return t;
}

if (spawnSync('wrk', ['-v']).error) { dire('wrk manque : apt-get install wrk'); process.exit(1); }
if (!existsSync(programme)) { dire(`${programme} manque : cargo build --release --locked -p passeur`); process.exit(1); }
const dossier = mkdtempSync(join(o.dossier, 'passeur-banc-'));
const libre = statfsSync(dossier).bavail * statfsSync(dossier).bsize / 1e9;
const besoin = 1 + (N * 1.6 + P * 2) / 1e6;
if (libre < besoin) { dire(`Il faut environ ${besoin.toFixed(0)} Go libres dans ${o.dossier}, il y en a ${libre.toFixed(0)} (--dossier pour un autre).`); process.exit(1); }
const commit = spawnSync('git', ['-C', racine, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const modele = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
const sorties = [];
try { for (const m of o.moteurs.split(',')) sorties.push([m, await moteur(m, dossier)]); } finally { if (!o.garder) rmSync(dossier, { recursive: true, force: true }); }
console.log(`\n\`node e2e/banc.mjs --participations ${N} --personnes ${P} --secondes ${SECONDES}\`, release build, commit ${commit}, ${jour}, ${cpus().length} cores (${modele}), ${(totalmem() / 2 ** 30).toFixed(0)} GB\n`);
for (const [m, t] of sorties) console.log(`**${m}**\n\n| what | measured | bare | ratio | target |\n|---|---|---|---|---|\n${t.join('\n')}\n`);
