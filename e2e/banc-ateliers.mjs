// What workshops promise, as ratios against the bare page of the same run: the public programme with 20,000 séances to come
// and the booking page, 200 bookings at once on one last seat, the rhythm of the reminders. Run by scripts/bench; needs wrk.
//
//   node e2e/banc-ateliers.mjs [--seances 20000] [--rappels 10000] [--moteurs sqlite,postgres] [--secondes 10]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { postgres } from './postgres.mjs';

const racine = join(dirname(fileURLToPath(import.meta.url)), '..');
const programme = process.env.BINAIRE_PASSEUR ?? join(racine, 'target/release/passeur');
const { values: o } = parseArgs({ strict: false, options: {
  seances: { type: 'string', default: '20000' }, rappels: { type: 'string', default: '10000' }, moteurs: { type: 'string', default: 'sqlite,postgres' },
  secondes: { type: 'string', default: '10' }, dossier: { type: 'string', default: process.env.TMPDIR ?? '/var/tmp' },
} });
const CONNEXIONS = 32;
const dire = (t) => process.stderr.write(`${t}\n`);
const ms = (n) => (n < 10 ? n.toFixed(1) : n.toFixed(0));
const nombre = (n) => Math.round(n).toLocaleString('en');
const centile = (v, p) => v.toSorted((a, b) => a - b)[Math.min(v.length - 1, Math.floor(v.length * p))];

function passeur(base, args, entree = '') {
  const r = spawnSync(programme, ['--database-url', base.url, '--data-dir', base.donnees, ...args], { input: entree, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (r.status !== 0) throw new Error(`passeur ${args.join(' ')} : ${r.stderr}`);
  return r.stdout.trim();
}

async function servir(base) {
  const p = spawn(programme, ['--database-url', base.url, '--data-dir', base.donnees, 'serve', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, PASSEUR_ESSAI_PAGE_NUE: '1', PASSEUR_API_REQUESTS_PER_MINUTE: '100000000' },
    stdio: ['ignore', 'pipe', openSync(join(base.donnees, 'journal.txt'), 'w')] });
  const adresse = await new Promise((bien, mal) => {
    let s = '';
    p.once('exit', () => mal(new Error(`le serveur s’est arrêté : ${s}`)));
    p.stdout.on('data', (d) => { s += d; const m = /Passeur est prêt : (\S+)/.exec(s); if (m) bien(m[1]); });
  });
  return { adresse, arreter: () => new Promise((r) => { p.removeAllListeners('exit'); p.once('exit', r); p.kill('SIGTERM'); }) };
}

const LUA = `
local req, n = {}, 0
function init(args) for line in io.lines(args[1]) do req[#req + 1] = line end; math.randomseed(os.time()); n = math.random(#req) end
function request() n = n % #req + 1; return wrk.format("GET", req[n]) end
function done(s, l, r)
  io.write(string.format("JSON{\\"demandes\\":%d,\\"duree_us\\":%d,\\"p50\\":%d,\\"p99\\":%d,\\"fautes\\":%d}\\n",
    s.requests, s.duration, l:percentile(50), l:percentile(99), s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout))
end`;

function charger(base, adresse, chemins, cookie) {
  const lua = join(base.donnees, 'wrk.lua'); const liste = join(base.donnees, 'demandes.txt');
  writeFileSync(lua, LUA); writeFileSync(liste, `${chemins.join('\n')}\n`);
  const jouer = (duree) => {
    const r = spawnSync('wrk', ['-t2', `-c${CONNEXIONS}`, `-d${duree}s`, '--timeout', '30s', '-s', lua, '-H', 'Accept-Encoding: gzip', ...(cookie ? ['-H', `Cookie: ${cookie}`] : []), adresse, '--', liste], { encoding: 'utf8' });
    const m = /JSON(\{.*\})/.exec(r.stdout);
    if (!m) throw new Error(`wrk : ${r.stdout}${r.stderr}`);
    return JSON.parse(m[1]);
  };
  jouer(2);
  const j = jouer(Number(o.secondes));
  return { rythme: j.demandes / (j.duree_us / 1e6), p50: j.p50 / 1000, p99: j.p99 / 1000, fautes: j.fautes };
}

async function moteur(nom, dossier) {
  const base = { nom, donnees: join(dossier, nom) };
  mkdirSync(base.donnees, { recursive: true });
  const pg = nom === 'postgres' ? await postgres(join(dossier, 'pg'), 'banc', '-c shared_buffers=1GB -c max_wal_size=4GB') : null;
  base.url = pg?.url ?? `sqlite://${base.donnees}/passeur.db`;
  const t = [];
  const ligne = (...c) => { t.push(`| ${c.join(' | ')} |`); dire(t.at(-1)); };
  let s;
  try {
    dire(`# ${nom} : remplissage`);
    passeur(base, ['bench', 'seed', '--participations', '2000', '--personnes', '500']);
    const structure = passeur(base, ['structure', 'list']).split('\n').map((l) => l.split('\t')).find((l) => /-001$/.test(l[1]))[0];
    passeur(base, ['user', 'add', '--email', 'banc@exemple.invalid', '--nom', 'Banc d’essai', '--role', 'responsable', '--structure', structure, '--password-stdin'], 'Un bateau mesure la rivière\n');
    const jeton = passeur(base, ['token', 'create', '--email', 'banc@exemple.invalid', '--print']).split('\n').at(-1).trim();
    const moi = JSON.parse(passeur(base, ['bench', 'sql', '--fois', '1'], "SELECT id FROM utilisateur WHERE email = 'banc@exemple.invalid'")).premiere[0];
    const fait = passeur(base, ['bench', 'seances', '--seances', o.seances, '--structure', structure, '--compte', moi]);
    ligne(`seed, ${nombre(Number(o.seances))} séances`, fait, '', '', '');
    s = await servir(base);
    const entetes = { authorization: `Bearer ${jeton}`, 'content-type': 'application/json' };
    const api = async (methode, chemin, corps) => fetch(`${s.adresse}/api/v1${chemin}`, { method: methode, headers: entetes, body: corps && JSON.stringify(corps) });
    const personnes = (await (await api('GET', '/personnes?limite=200')).json()).elements.map((p) => p.id);
    const ateliers = [];
    for (let page = 0; page < 5; page += 1) ateliers.push(...(await (await fetch(`${s.adresse}/api/v1/programme?page=${page}`)).json()).elements.map((a) => a.id));
    const r = await fetch(`${s.adresse}/connexion`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: s.adresse }, body: new URLSearchParams({ email: 'banc@exemple.invalid', mot_de_passe: 'Un bateau mesure la rivière' }) });
    const cookie = r.headers.getSetCookie().map((c) => c.split(';')[0]).filter((c) => !c.startsWith('message=')).join('; ');

    dire(`# ${nom} : pages, ${CONNEXIONS} connexions`);
    const nu = charger(base, s.adresse, personnes.map((i) => `/essai/nue/${i}`), cookie);
    ligne('bare page', `${nombre(nu.rythme)}/s, p50 ${ms(nu.p50)} ms, p99 ${ms(nu.p99)} ms`, '', '', '');
    const pages = [
      ['public programme', ['/programme', ...[1, 2, 3, 4].map((p) => `/programme?page=${p}`)]],
      ['programme of the structure', [`/programme/${structure}`]],
      ['page of a workshop', ateliers.map((a) => `/programme/atelier/${a}`)],
      ['booking page', ateliers.map((a) => `/programme/atelier/${a}/reserver`)],
      ['programme as JSON (API)', ['/api/v1/programme']],
    ];
    for (const [quoi, chemins] of pages) {
      const c = charger(base, s.adresse, chemins);
      ligne(quoi, `${nombre(c.rythme)}/s, p50 ${ms(c.p50)} ms, p99 ${ms(c.p99)} ms${c.fautes ? `, **${c.fautes} errors**` : ''}`, `${nombre(nu.rythme)}/s`, `${(100 * c.rythme / nu.rythme).toFixed(0)} %`, '≥ 50 %');
    }

    dire(`# ${nom} : 200 réservations d’une dernière place`);
    const durees = []; let reussies = 0; const fois = 5;
    const fiche = (await (await api('GET', '/ateliers/fiches')).json()).elements[0];
    for (let f = 0; f < fois; f += 1) {
      const jour = new Date(Date.now() + (30 + f) * 864e5).toISOString().slice(0, 10);
      const rep = await api('POST', '/ateliers/seances', { fiche: fiche.reference ?? fiche.id, dates: [{ jour, heure: '14:00' }], lieu_genre: 'public', lieu_texte: 'Salle d’essai', places: 1, publiee: true, forcer: true });
      if (rep.status !== 201) throw new Error(`séance : ${rep.status} ${await rep.text()}`);
      const { id } = await rep.json();
      const statuts = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
        const t0 = performance.now();
        const x = await api('POST', `/ateliers/seances/${id}/reservations`, { nom: `Essai ${f}-${i}`, par: 'accueil' });
        await x.text();
        durees.push(performance.now() - t0);
        return x.status;
      }));
      if (statuts.some((x) => x !== 201 && x !== 409)) throw new Error(`réservations : ${[...new Set(statuts)]}`);
      reussies += statuts.filter((x) => x === 201).length;
    }
    ligne('200 concurrent bookings on one last seat, five times', `${reussies} successes in ${fois}, p50 ${ms(centile(durees, 0.5))} ms, p99 ${ms(centile(durees, 0.99))} ms`, '', '', 'one success each, p99 < 250 ms');
    await s.arreter(); s = null;

    dire(`# ${nom} : rappels`);
    const rap = JSON.parse(passeur(base, ['bench', 'rappels', '--nombre', o.rappels, '--structure', structure, '--compte', moi]).split('\n').at(-1));
    ligne(`reminders prepared by one worker (${nombre(rap.rappels)})`, `${nombre(rap.par_minute)} a minute`, '', '', '≥ 10,000');
  } finally {
    await s?.arreter();
    pg?.arreter();
  }
  return t;
}

if (spawnSync('wrk', ['-v']).error) { dire('wrk manque : apt-get install wrk'); process.exit(1); }
if (!existsSync(programme)) { dire(`${programme} manque : cargo build --release --locked -p passeur`); process.exit(1); }
const dossier = mkdtempSync(join(o.dossier, 'passeur-banc-ateliers-'));
const sorties = [];
try { for (const m of o.moteurs.split(',')) sorties.push([m, await moteur(m, dossier)]); } finally { rmSync(dossier, { recursive: true, force: true }); }
console.log(`\n\`node e2e/banc-ateliers.mjs --seances ${o.seances} --rappels ${o.rappels}\`, ${cpus().length} cores\n`);
for (const [m, t] of sorties) console.log(`**${m}**\n\n| what | measured | bare | ratio | target |\n|---|---|---|---|---|\n${t.join('\n')}\n`);
