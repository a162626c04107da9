// What the measures under load share: a database of their own on each engine, the release build serving it, wrk, and
// the tables they print for docs/benchmarks.md. Needs wrk (package « wrk ») and, for PostgreSQL, its server.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { postgres } from './postgres.mjs';
import * as p from './programme.mjs';

export { attendre, mediane, memoire, racine } from './programme.mjs';
export const programme = p.programme('release');
export const CONNEXIONS = 32;
export const GZIP = { 'Accept-Encoding': 'gzip' };
const MOT = 'Un bateau mesure la rivière';
/** How long a server may go on working after a measure. */
const PATIENCE = 600_000;

export const dire = (t) => process.stderr.write(`${t}\n`);
export const nombre = (n) => Math.round(n).toLocaleString('en');
export const ms = (n) => (n < 10 ? n.toFixed(1) : n.toFixed(0));
export const ko = (octets) => `${(octets / 1000).toFixed(1)} kB`;
/** A day, so many days from now. */
export const jour = (dans = 0) => new Date(Date.now() + dans * 864e5).toISOString().slice(0, 10);

/** Measures each engine on a database of its own, in a folder erased at the end, then prints the tables. */
export async function mesurer(titre, { moteurs, parent, url, garder = false }, moteur) {
  if (spawnSync('wrk', ['-v']).error) { dire('wrk manque : apt-get install wrk'); process.exit(1); }
  if (!existsSync(programme)) { dire(`${programme} manque : cargo build --release --locked -p passeur`); process.exit(1); }
  const dossier = mkdtempSync(join(parent ?? process.env.TMPDIR ?? '/var/tmp', 'passeur-banc-'));
  const tables = [];
  try {
    for (const nom of moteurs.split(',')) {
      const base = { nom, donnees: join(dossier, nom) };
      mkdirSync(base.donnees);
      const lignes = [];
      tables.push([nom, lignes]);
      // A quarter of the memory of a small server, as its documentation advises; all else as installed.
      base.pg = nom === 'postgres' && !url ? await postgres(join(dossier, 'pg'), 'banc', '-c shared_buffers=1GB -c max_wal_size=4GB') : null;
      base.url = url ?? base.pg?.url ?? `sqlite://${base.donnees}/passeur.db`;
      try {
        await moteur(base, (...cases) => { lignes.push(`| ${cases.join(' | ')} |`); dire(lignes.at(-1)); });
      } finally {
        await base.serveur?.arreter();
        base.pg?.arreter();
        if (!garder) for (const d of [base.donnees, join(dossier, 'pg')]) rmSync(d, { recursive: true, force: true });
      }
    }
  } finally {
    if (!garder) rmSync(dossier, { recursive: true, force: true });
    console.log(`\n${titre}\n`);
    for (const [nom, lignes] of tables) console.log(`**${nom}**\n\n| what | measured | bare | ratio | target |\n|---|---|---|---|---|\n${lignes.join('\n')}\n`);
  }
}

const options = (base) => ['--database-url', base.url, '--data-dir', base.donnees];

/** Runs a command of the program; gives what it wrote. */
export const passeur = (base, args, entree) => p.commande(programme, [...options(base), ...args], { entree });

/** Runs a long command; gives what it wrote, and the highest memory it had, in MB. */
export async function suivre(base, args) {
  const e = spawn(programme, [...options(base), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let sortie = '';
  let sommet = 0;
  e.stdout.on('data', (d) => { sortie += d; });
  const minuteur = setInterval(() => { try { sommet = Math.max(sommet, p.memoire(e.pid)); } catch { /* ended */ } }, 100);
  const code = await new Promise((r) => { e.once('exit', r); });
  clearInterval(minuteur);
  if (code !== 0) throw new Error(`passeur ${args.join(' ')} a échoué`);
  return { sortie, sommet };
}

/** The largest structure of a filled database. */
export const grande = (base) => passeur(base, ['structure', 'list']).split('\n').map((l) => l.split('\t')).find((l) => /-001$/.test(l[1]))[0];

/** Makes an account; gives its token. */
export function compte(base, email, role, structure) {
  passeur(base, ['user', 'add', '--email', email, '--nom', `Banc ${role}`, '--role', role, ...(structure ? ['--structure', structure] : []), '--password-stdin'], `${MOT}\n`);
  return passeur(base, ['token', 'create', '--email', email, '--print']).split('\n').at(-1).trim();
}

/** Runs a query by the program's own driver: milliseconds of each run, first row. */
export const sql = (base, texte, fois = 5) => JSON.parse(passeur(base, ['bench', 'sql', '--fois', String(fois)], texte));

/** The id of an account. */
export const identifiant = (base, email) => sql(base, `SELECT id FROM utilisateur WHERE email = '${email}'`, 1).premiere[0];

/** Serves the database, with the bare page and without a limit of requests; ended with the measures. */
export async function servir(base) {
  await base.serveur?.arreter();
  // A file, not a pipe: nobody reads a pipe while wrk is awaited.
  const journal = openSync(join(base.donnees, 'journal.txt'), 'a');
  const e = spawn(programme, [...options(base), 'serve', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, PASSEUR_ESSAI_PAGE_NUE: '1', PASSEUR_API_REQUESTS_PER_MINUTE: '100000000' }, stdio: ['ignore', 'pipe', journal] });
  base.serveur = { adresse: await p.pret(e), pid: e.pid, arreter: () => p.arreter(e) };
  return base.serveur;
}

/** Signs in; gives the cookies. */
export const session = (base, email) => p.ouvrirSession(base.serveur.adresse, email, MOT);

/** Calls the API; the answer as it comes. */
export const demander = (base, jeton, methode, chemin, corps) => fetch(`${base.serveur.adresse}/api/v1${chemin}`, {
  method: methode, headers: { authorization: `Bearer ${jeton}`, ...(corps ? { 'content-type': 'application/json' } : {}) }, body: corps && JSON.stringify(corps) });

/** Calls the API; what it gives, or an error. */
export async function api(...demande) {
  const r = await demander(...demande);
  const texte = await r.text();
  if (!r.ok) throw new Error(`${demande[2]} ${demande[3]} : ${r.status} ${texte}`);
  return texte ? JSON.parse(texte) : null;
}

/** Median milliseconds of what is done so many times after a first, and what the last gave. */
export async function chrono(faire, fois = 5) {
  const durees = [];
  let rendu = await faire();
  for (let i = 0; i < fois; i += 1) { const t = performance.now(); rendu = await faire(); durees.push(performance.now() - t); }
  return [p.mediane(durees), rendu];
}

/** Processor time so far of the server and of its PostgreSQL, by process, in hundredths of a second. */
function tics(base) {
  const meneurs = [base.serveur?.pid, base.pg?.pid()].filter(Boolean).map(String);
  const t = new Map();
  for (const d of readdirSync('/proc').filter((n) => /^\d/.test(n))) {
    try {
      // After the name, in brackets: state, parent, …, then the user's and the system's time.
      const champs = readFileSync(`/proc/${d}/stat`, 'utf8').split(') ').at(-1).split(' ');
      if (meneurs.includes(d) || meneurs.includes(champs[1])) t.set(d, Number(champs[11]) + Number(champs[12]));
    } catch { /* ended meanwhile */ }
  }
  return t;
}

/** Waits until what the measure before left behind is done: less than a twentieth of a processor. False if it never is. */
export async function calme(base) {
  const debut = performance.now();
  let avant = tics(base);
  let tranquille = 0;
  do {
    await p.attendre(400);
    const apres = tics(base);
    const travail = [...apres].reduce((somme, [d, n]) => somme + n - (avant.get(d) ?? 0), 0);
    avant = apres;
    tranquille = travail <= 2 ? tranquille + 1 : 0;
    // Twice in a row: between two queries, one looks idle too.
    if (tranquille === 2) {
      const attente = (performance.now() - debut) / 1000;
      if (attente > 5) dire(`  (le serveur a travaillé ${attente.toFixed(0)} s encore)`);
      return true;
    }
  } while (performance.now() - debut < PATIENCE);
  dire(`  (le serveur travaille encore après ${PATIENCE / 1000} s)`);
  return false;
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

/** Loads a list of requests (« GET /chemin [corps] »), in turn, once the server is idle; throughput, latencies in milliseconds. */
export async function charger(base, demandes, secondes, entetes = {}, pendant = null) {
  const lua = join(base.donnees, 'wrk.lua');
  const liste = join(base.donnees, 'demandes.txt');
  writeFileSync(lua, LUA);
  writeFileSync(liste, `${demandes.join('\n')}\n`);
  const jouer = async (duree) => {
    const e = spawn('wrk', ['-t2', `-c${CONNEXIONS}`, `-d${duree}s`, '--timeout', '30s', '-s', lua, ...Object.entries(entetes).flatMap(([k, v]) => ['-H', `${k}: ${v}`]), base.serveur.adresse, '--', liste]);
    let dit = '';
    for (const sortie of [e.stdout, e.stderr]) sortie.on('data', (d) => { dit += d; });
    await new Promise((bien) => { e.once('close', bien); });
    const m = /JSON(\{.*\})/.exec(dit);
    if (!m) throw new Error(`wrk : ${dit}`);
    return JSON.parse(m[1]);
  };
  const seul = await calme(base);
  let finie = false;
  const autre = pendant?.(() => finie);
  await jouer(2);
  const j = await jouer(secondes).finally(() => { finie = true; });
  await autre;
  return { rythme: j.demandes / (j.duree_us / 1e6), p50: j.p50 / 1000, p99: j.p99 / 1000, fautes: j.fautes, seul };
}

/** Records accompaniments, so many a second, until the measure ends. */
export const enregistrer = (base, { jeton, ids }, parSeconde) => async (finie) => {
  const debut = performance.now();
  for (let i = 0; !finie(); i += 1) {
    await api(base, jeton, 'POST', '/accompagnements', { type: 'individuel', date: jour(), duree_minutes: 30, lieu_type: 'autre', thematiques: ['email'], personnes: [ids[i % ids.length]] });
    await p.attendre(Math.max(0, debut + (i + 1) * 1000 / parSeconde - performance.now()));
  }
};

/** What was measured, in words. */
export const debit = (c) => (c.rythme === 0 ? '**nothing was answered in time**' : `${nombre(c.rythme)}/s, p50 ${ms(c.p50)} ms, p99 ${ms(c.p99)} ms${c.fautes ? `, **${c.fautes} errors**` : ''}${c.seul ? '' : ', **the server was busy already**'}`);

/** How much of the throughput of another. */
export const part = (c, nu) => `${(100 * c.rythme / nu.rythme).toFixed(0)} %`;

/** Bytes of an answer, as it is and as it travels. */
export const peser = (base, demande, entetes = {}) => new Promise((bien, mal) => {
  const [methode, chemin, corps = ''] = demande.split(' ');
  request(base.serveur.adresse + chemin, { method: methode, headers: { ...entetes, ...GZIP, 'content-length': Buffer.byteLength(corps) } }, (r) => {
    const morceaux = [];
    r.on('data', (d) => morceaux.push(d));
    r.on('error', mal);
    r.on('end', () => {
      const recu = Buffer.concat(morceaux);
      if (r.statusCode !== 200) mal(new Error(`${demande} : ${r.statusCode}`));
      else bien({ octets: r.headers['content-encoding'] === 'gzip' ? gunzipSync(recu).length : recu.length, gzip: recu.length });
    });
  }).on('error', mal).end(corps);
});
